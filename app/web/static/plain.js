// The plain query page: runs the query of the form and shows what came back.
const form = document.getElementById("query-form");
const result = document.getElementById("result");

function prefill() {
  const search = new URLSearchParams(location.search);
  const hash = new URLSearchParams(location.hash.slice(1));
  for (const name of ["query", "variables"]) {
    const value = hash.get(name) ?? search.get(name);
    if (value !== null) {
      form.elements[name].value = value;
    }
  }
}

async function answer() {
  const body = { query: form.elements.query.value };
  const variables = form.elements.variables.value.trim();
  if (variables !== "") {
    try {
      body.variables = JSON.parse(variables);
    } catch (error) {
      return `The variables are not JSON: ${error.message}`;
    }
  }
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const authorization = form.elements.authorization.value.trim();
  if (authorization !== "") {
    headers.Authorization = authorization;
  }
  try {
    const response = await fetch(form.action, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await response.text();
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return `The server answered ${response.status} without JSON:\n${text}`;
    }
  } catch {
    return "The server did not answer. Is it still running?";
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  result.textContent = "Running …";
  result.textContent = await answer();
});
window.addEventListener("hashchange", prefill);
prefill();
