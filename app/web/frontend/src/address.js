// The query and variables that a link to this page carries; nothing is ever run by itself.

/**
 * What GraphiQL opens with, from `?query=&variables=` or, so that a query stays out of logs, the
 * same after `#`.
 *
 * @param {{search: string, hash: string}} location
 * @returns {{initialQuery?: string, initialVariables?: string}}
 */
export function fromAddress(location) {
  const search = new URLSearchParams(location.search);
  const hash = new URLSearchParams(location.hash.slice(1));
  const read = (name) => hash.get(name) ?? search.get(name) ?? undefined;
  const query = read("query");
  return query === undefined ? {} : { initialQuery: query, initialVariables: read("variables") };
}
