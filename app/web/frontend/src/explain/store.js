// Whether the server is asked to explain what it does, and its last answer to that.
import { useSyncExternalStore } from "react";

const HEADER = "X-Seedbed-Explain";
const KEY = "seedbed:explain";

/** What can be asked for; the last two are the header's values. */
export const MODES = ["off", "statements", "plans"];

let state = { mode: remembered(), last: null };
const listeners = new Set();

/**
 * @returns {{mode: string, last: null | {name?: string, report?: object}}} `last` is the last
 *   operation for which an explanation came or was wanted, without `report` when none came.
 */
export function useExplain() {
  return useSyncExternalStore(subscribe, () => state);
}

/** Asks for this from now on, also after the page is loaded anew. */
export function setMode(mode) {
  update({ mode });
  try {
    localStorage.setItem(KEY, mode);
  } catch {
    // A browser may forbid to keep anything: the choice then lasts as long as the page.
  }
}

/**
 * A `fetch` that asks as the switch says, and moves the explanation from the answer to here.
 *
 * @param {typeof fetch} fetch one whose answers are JSON
 * @returns {typeof fetch}
 */
export function explaining(fetch) {
  return async (input, init) => {
    const { operationName: name } = JSON.parse(init.body);
    const { mode } = state;
    if (name === "IntrospectionQuery" || mode === "off") {
      return fetch(input, init);
    }
    const headers = new Headers(init.headers);
    headers.set(HEADER, mode);
    const response = await fetch(input, { ...init, headers });
    const { extensions: { explain, ...extensions } = {}, ...answer } = await response.json();
    update({ last: { name, report: explain } });
    return Response.json(
      Object.keys(extensions).length > 0 ? { ...answer, extensions } : answer,
      { status: response.status },
    );
  };
}

function remembered() {
  try {
    const mode = localStorage.getItem(KEY);
    return MODES.includes(mode) ? mode : "off";
  } catch {
    return "off";
  }
}

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function update(changes) {
  state = { ...state, ...changes };
  for (const listener of listeners) {
    listener();
  }
}
