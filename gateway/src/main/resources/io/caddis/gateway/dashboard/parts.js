// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

// What several pages are made of.

import { html, useState, useEffect, useRef } from "/dashboard/preact.js";
import { get } from "/dashboard/api.js";

export const SEVERITIES = ["low", "medium", "high", "critical"];
const SMALL = 0.01;
const MARKS = { low: "○", medium: "◐", high: "▲", critical: "◆" };

export const RANGES = [
  [60, "1 min"],
  [300, "5 min"],
  [900, "15 min"],
  [3600, "1 h"],
  [21600, "6 h"],
  [86400, "24 h"],
  [604800, "7 d"],
  [2592000, "30 d"],
  [31536000, "1 y"],
];

/** The smallest range that holds what there is, a day at most. */
export function fittingRange(oldest, newest) {
  const span = (Date.parse(newest) - Date.parse(oldest)) / 1000;
  const fitting = RANGES.find(([seconds]) => seconds >= span);
  return Math.min(86400, Math.max(60, fitting ? fitting[0] : 86400));
}

/** Whether an episode goes on. */
export const state = (alert) => (["opened", "updated"].includes(alert.state) ? "open" : alert.state);

export const Severity = ({ of }) =>
  html`<span class=${"severity " + of}><span aria-hidden="true">${MARKS[of] || "·"}</span> ${of}</span>`;

export function time(text, withDate = true) {
  if (!text && text !== 0) return "–";
  const at = new Date(text);
  // Clocks of sensors can be wrong by more than a calendar holds.
  if (Number.isNaN(at.getTime())) return String(text);
  const iso = at.toISOString();
  return (withDate ? iso.slice(0, 10) + " " : "") + iso.slice(11, 19);
}

export const Time = ({ at }) => html`<time dateTime=${at} title=${at}>${time(at)}</time>`;

export function duration(seconds) {
  if (seconds < 60) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 360) / 10} h`;
  return `${Math.round(seconds / 86400)} d`;
}

export const count = (number) => (number ?? 0).toLocaleString("en-US");

export function figure(number) {
  if (number === null || number === undefined) return "–";
  if (typeof number !== "number") return String(number);
  const size = Math.abs(number);
  return size !== 0 && (size >= 1e6 || size < 1e-3) ? number.toExponential(3) : String(+number.toPrecision(5));
}

/**
 * What a path answers, asked again when it or `tick` changes; the old answer stays until the new
 * one is there. One question at a time: who asks while one is under way gets the next answer.
 */
export function useLoad(path, tick = 0) {
  const [state, set] = useState({ path: null, data: null, error: null });
  const flight = useRef({});
  useEffect(() => {
    const now = flight.current;
    if (now.path === path && now.busy) {
      now.again = true;
      return;
    }
    now.abort?.abort();
    if (!path) return;
    const mine = { path, busy: true, abort: new AbortController() };
    flight.current = mine;
    const load = () =>
      get(path, mine.abort.signal)
        .then(
          (data) => set({ path, data, error: null }),
          (error) =>
            error.name !== "AbortError" &&
            set((old) => ({ path, data: old.path === path ? old.data : null, error })),
        )
        .then(() => {
          const again = mine.again && !mine.abort.signal.aborted;
          mine.again = false;
          mine.busy = again;
          if (again) load();
        });
    load();
  }, [path, tick]);
  useEffect(() => () => flight.current.abort?.abort(), []);
  return state.path === path ? state : { path, data: state.data, error: null, loading: true };
}

/** A number that grows every so often while the page is seen. */
export function useTick(millis) {
  const [tick, set] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || set((n) => n + 1), millis);
    return () => clearInterval(timer);
  }, [millis]);
  return tick;
}

/** A number that grows when colours change: by the button, or with the system's. */
export function useTheme() {
  const [theme, set] = useState(0);
  useEffect(() => {
    const changed = () => set((n) => n + 1);
    const media = matchMedia("(prefers-color-scheme: dark)");
    window.addEventListener("caddis-theme", changed);
    media.addEventListener("change", changed);
    return () => {
      window.removeEventListener("caddis-theme", changed);
      media.removeEventListener("change", changed);
    };
  }, []);
  return theme;
}

/** A colour of the style sheet as red, green, blue. */
export function rgb(name) {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** The width of an element, kept up to date. */
export function useWidth() {
  const ref = useRef(null);
  const [width, set] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => set(Math.floor(entry.contentRect.width)));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

export const Loading = () => html`<p class="muted" role="status">Loading …</p>`;

export const Empty = ({ children }) => html`<p class="empty">${children}</p>`;

export const Problem = ({ error }) =>
  error ? html`<p class="problem" role="alert"><strong>That did not work.</strong> ${error.message}</p>` : null;

/** An answer, or what there is instead of it. */
export function Loaded({ of, children }) {
  return html`<${Problem} error=${of.error} />${of.data ? children(of.data) : of.error ? null : html`<${Loading} />`}`;
}

/** Of contributions those that matter, the most important first. */
export function causes(contributions) {
  const entries = Object.entries(contributions || {});
  const most = Math.max(...entries.map(([, value]) => Math.abs(value)), 1e-12);
  return entries.filter(([, value], i) => i === 0 || (i < 8 && Math.abs(value) >= SMALL * most));
}

/** How much each feature has to do with a score. */
export function Contributions({ of, expected, features }) {
  const [all, setAll] = useState(false);
  const entries = Object.entries(of || {});
  if (!entries.length) return html`<${Empty}>Of readings that are no anomaly nothing is told.<//>`;
  const most = Math.max(...entries.map(([, value]) => Math.abs(value)), 1e-12);
  const main = causes(of);
  return html`<table class="bars">
    <thead>
      <tr><th scope="col">Feature</th><th scope="col" class="number">Value</th><th scope="col" class="number">Usual</th><th scope="col" class="number">Adds</th><th scope="col"><span class="hidden">Share</span></th></tr>
    </thead>
    <tbody>
      ${(all ? entries : main).map(
        ([name, value]) => html`<tr key=${name}>
          <th scope="row">${name}</th>
          <td class="number">${features && name in features ? figure(features[name]) : "–"}</td>
          <td class="number">${expected && name in expected ? figure(expected[name]) : "–"}</td>
          <td class="number">${value.toFixed(3)}</td>
          <td class="bar"><meter min="0" max="1" value=${Math.abs(value) / most} aria-label=${"Share of " + name}></meter></td>
        </tr>`,
      )}
    </tbody>
  </table>
  ${main.length < entries.length ? html`<p><button type="button" class="quiet" aria-expanded=${all} onClick=${() => setAll(!all)}>${all ? "Fewer" : `and ${entries.length - main.length} that hardly matter`}</button></p>` : null}`;
}

/** Names and values, one below the other. */
export const Facts = ({ of }) =>
  html`<dl class="facts">
    ${Object.entries(of)
      .filter(([, value]) => value !== undefined && value !== null && value !== "")
      .map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;

/** Asks before something is done. */
export function Confirm({ question, action, onYes, onNo }) {
  const ref = useRef(null);
  useEffect(() => {
    ref.current.showModal();
  }, []);
  return html`<dialog ref=${ref} onClose=${onNo} aria-labelledby="question">
    <p id="question">${question}</p>
    <p class="buttons">
      <button type="button" onClick=${() => ref.current.close()}>Cancel</button>
      <button type="button" class="primary" onClick=${onYes}>${action}</button>
    </p>
  </dialog>`;
}

export const sensorLink = (name, more = "") => `#/sensor/${encodeURIComponent(name)}${more}`;
