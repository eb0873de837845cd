// The query, variables and headers that a link to this page carries; nothing is ever run by itself.

/**
 * What GraphiQL opens with, from `?query=&variables=` or, so that a query stays out of logs, the
 * same after `#`. Headers are taken from there alone: a token in a request's address would be logged.
 *
 * @param {{search: string, hash: string}} location
 * @returns {{initialQuery?: string, initialVariables?: string, initialHeaders?: string}}
 */
export function fromAddress(location) {
  const search = new URLSearchParams(location.search);
  const hash = new URLSearchParams(location.hash.slice(1));
  const read = (name) => hash.get(name) ?? search.get(name) ?? undefined;
  const query = read("query");
  if (query === undefined) {
    return {};
  }
  return {
    initialQuery: query,
    initialVariables: read("variables"),
    initialHeaders: hash.get("headers") ?? undefined,
  };
}
