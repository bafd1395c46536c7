// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

// Asking the gateway. The token stays in this tab's session storage, never in an address.

const TOKEN = "caddis-token";

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const token = () => sessionStorage.getItem(TOKEN);

export function setToken(value) {
  if (value) sessionStorage.setItem(TOKEN, value);
  else sessionStorage.removeItem(TOKEN);
}

function headers(more) {
  const all = { Accept: "application/json", ...more };
  if (token()) all.Authorization = "Bearer " + token();
  return all;
}

async function send(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: headers(options.headers), redirect: "error" });
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new ApiError(0, "The gateway does not answer.");
  }
  const text = await response.text();
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  if (!response.ok) {
    const problem = json || {};
    const where = (problem.errors || []).map((e) => `${e.pointer} ${e.detail}`).join("; ");
    if (response.status === 401) window.dispatchEvent(new Event("caddis-login"));
    throw new ApiError(response.status, where || problem.detail || `Status ${response.status}`);
  }
  return json;
}

export const get = (path, signal) => send(path, { signal });

export const post = (path, body) =>
  send(path, {
    method: "POST",
    body: JSON.stringify(body ?? {}),
    headers: { "Content-Type": "application/json" },
  });

export const remove = (path) => send(path, { method: "DELETE" });

/** A query string of the fields that have a value. */
export function query(fields) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && value !== "") search.set(name, value);
  }
  const text = search.toString();
  return text ? "?" + text : "";
}

const wait = (ms, signal) =>
  new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()));
  });

/**
 * Server-sent events, until the function returned is called: the kind of each is told. EventSource
 * cannot send a token, so they are read from the answer's body; what was missed comes after a
 * reconnection.
 */
export function live(fields, onEvent, onState = () => {}) {
  const abort = new AbortController();
  let last = "";
  (async () => {
    while (!abort.signal.aborted) {
      try {
        const response = await fetch("/api/live" + query(fields), {
          headers: headers({ Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) }),
          signal: abort.signal,
        });
        if (!response.ok) throw new ApiError(response.status, "live");
        onState(true);
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          const blocks = (rest + value).split("\n\n");
          rest = blocks.pop();
          for (const block of blocks) {
            const event = {};
            for (const line of block.split("\n")) {
              const colon = line.indexOf(": ");
              if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 2);
            }
            if (event.id) last = event.id;
            if (event.event) onEvent(event.event);
          }
        }
      } catch {
        // Tried again below.
      }
      if (!abort.signal.aborted) {
        onState(false);
        await wait(2000, abort.signal);
      }
    }
  })();
  return () => abort.abort();
}
