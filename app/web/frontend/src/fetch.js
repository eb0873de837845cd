// `fetch` whose answer is always JSON, also when something other than the server answered.

/**
 * @param {RequestInfo} input
 * @param {RequestInit} init
 * @returns {Promise<Response>} with a JSON body: the server's, or a GraphQL error that says what came instead.
 */
export async function fetchJson(input, init) {
  let response;
  try {
    response = await fetch(input, { ...init, headers: filledIn(init?.headers) });
  } catch {
    return failure("The server did not answer. Is it still running?");
  }
  if (/json/.test(response.headers.get("content-type") ?? "")) {
    return response;
  }
  return failure(`The server answered ${response.status} ${response.statusText} without JSON.`);
}

// "Bearer" alone, as a journey begins with, waits for a token; the server would refuse it.
function filledIn(given) {
  const headers = new Headers(given);
  if (/^bearer$/i.test(headers.get("authorization") ?? "")) {
    headers.delete("authorization");
  }
  return headers;
}

function failure(message) {
  return Response.json({ errors: [{ message }] });
}
