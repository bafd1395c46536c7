// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

// The frame of all pages: which one the address asks for, signing in, what is live.

import { html, render, useState, useEffect } from "/dashboard/preact.js";
import { get, live, setToken, token } from "/dashboard/api.js";
import { Overview } from "/dashboard/overview.js";
import { LanesPage } from "/dashboard/lanes.js";
import { Problem, Loading } from "/dashboard/parts.js";

const NAVIGATION = [
  ["overview", "Overview"],
  ["lanes", "Sensors"],
  ["alerts", "Alerts"],
  ["models", "Models"],
  ["quality", "Data quality"],
  ["try", "Try a reading"],
];

// Pages that are not the first one are loaded when they are asked for.
const PAGES = {
  overview: async () => Overview,
  lanes: async () => LanesPage,
  sensor: async () => (await import("/dashboard/sensor.js")).SensorPage,
  alerts: async () => (await import("/dashboard/alerts.js")).AlertsPage,
  alert: async () => (await import("/dashboard/alerts.js")).AlertPage,
  models: async () => (await import("/dashboard/models.js")).ModelsPage,
  quality: async () => (await import("/dashboard/quality.js")).QualityPage,
  try: async () => (await import("/dashboard/try.js")).TryPage,
};

/** What the address says: page, name, and fields. */
function route() {
  const [path, search] = location.hash.replace(/^#\/?/, "").split("?");
  const [page, ...rest] = path.split("/");
  let name = "";
  try {
    name = decodeURIComponent(rest.join("/"));
  } catch {
    name = rest.join("/");
  }
  return { page: Object.hasOwn(PAGES, page) ? page : "overview", name, fields: Object.fromEntries(new URLSearchParams(search)) };
}

/** Changes fields of the address, so that it can be passed on. */
function go(fields) {
  const now = route();
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...now.fields, ...fields })) {
    if (value !== null && value !== undefined && value !== "") search.set(name, value);
  }
  const name = now.name ? "/" + encodeURIComponent(now.name) : "";
  location.hash = `#/${now.page}${name}${search.size ? "?" + search : ""}`;
}

function Login({ onDone }) {
  const [error, setError] = useState(null);
  const [text, setText] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    setToken(text.trim());
    try {
      await get("/status");
      onDone();
    } catch (e) {
      setToken(null);
      setError(e);
    }
  };
  return html`<main class="login" id="main">
    <h1>Sign in</h1>
    <p class="muted">This gateway asks for a token: <code>./caddis gateway token create</code> makes one. It is kept until this tab is closed.</p>
    <form onSubmit=${submit}>
      <label>Token <input type="password" autocomplete="off" required value=${text} onInput=${(e) => setText(e.target.value)} /></label>
      <button type="submit" class="primary">Sign in</button>
    </form>
    <${Problem} error=${error} />
  </main>`;
}

function Theme() {
  const [theme, set] = useState(localStorage.getItem("caddis-theme") || "auto");
  useEffect(() => {
    localStorage.setItem("caddis-theme", theme);
    document.documentElement.dataset.theme = theme;
    window.dispatchEvent(new Event("caddis-theme"));
  }, [theme]);
  const next = { auto: "light", light: "dark", dark: "auto" }[theme];
  return html`<button type="button" class="quiet" onClick=${() => set(next)} title="Light, dark, or as the system is">Theme: ${theme}</button>`;
}

function App() {
  const [at, setAt] = useState(route());
  const [page, setPage] = useState(null);
  const [signIn, setSignIn] = useState(false);
  const [connected, setConnected] = useState(null);
  const [news, setNews] = useState(0);
  const [session, setSession] = useState(0);

  useEffect(() => {
    const changed = () => setAt(route());
    const asked = () => setSignIn(true);
    window.addEventListener("hashchange", changed);
    window.addEventListener("caddis-login", asked);
    return () => {
      window.removeEventListener("hashchange", changed);
      window.removeEventListener("caddis-login", asked);
    };
  }, []);

  useEffect(() => {
    let current = true;
    PAGES[at.page]().then((component) => current && setPage({ name: at.page, component }));
    const title = NAVIGATION.find(([name]) => name === at.page);
    document.title = `${at.name || (title ? title[1] : "Alert")} – Caddis`;
    return () => {
      current = false;
    };
  }, [at.page, at.name]);

  // However many come, pages are told twice a second, and when nothing else is to be done.
  useEffect(() => {
    if (signIn) return undefined;
    let timer = null;
    let idle = null;
    const tell = () => {
      timer = null;
      setNews((n) => n + 1);
    };
    const stop = live(
      { events: "alert" },
      (kind) => {
        if (kind !== "alert") return;
        timer ??= setTimeout(() => (idle = requestIdleCallback(tell, { timeout: 2000 })), 500);
      },
      setConnected,
    );
    return () => {
      clearTimeout(timer);
      cancelIdleCallback(idle);
      stop();
    };
  }, [signIn, session]);

  if (signIn) {
    return html`<${Login} onDone=${() => (setSignIn(false), setSession((n) => n + 1))} />`;
  }
  const here = at.page === "sensor" ? "lanes" : at.page === "alert" ? "alerts" : at.page;
  return html`
    <a class="skip" href="#main" onClick=${(e) => (e.preventDefault(), document.getElementById("main").focus())}>Skip to content</a>
    <header>
      <a class="brand" href="#/overview"><img src="/dashboard/icon.svg" alt="" width="22" height="22" /> Caddis</a>
      <nav aria-label="Pages">
        ${NAVIGATION.map(([name, text]) => html`<a key=${name} href=${"#/" + name} aria-current=${here === name ? "page" : undefined}>${text}</a>`)}
      </nav>
      <span class="spacer"></span>
      <span class=${"live " + (connected ? "on" : "off")} role="status">${connected ? "live" : connected === null ? "connecting …" : "not live: trying again"}</span>
      <${Theme} />
      <a class="quiet" href="/docs">API</a>
      ${token() ? html`<button type="button" class="quiet" onClick=${() => (setToken(null), setSignIn(true))}>Sign out</button>` : null}
    </header>
    <main id="main" tabindex="-1">
      ${page && page.name === at.page
        ? html`<${page.component} key=${at.page + "/" + at.name + "/" + session} name=${at.name} fields=${at.fields} go=${go} news=${news} />`
        : html`<${Loading} />`}
    </main>`;
}

const root = document.getElementById("app");
root.textContent = "";
document.documentElement.dataset.theme = localStorage.getItem("caddis-theme") || "auto";
render(html`<${App} />`, root);
