// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

// Triage: what is waiting, the worst first, and what to do about it.

import { html, useState, useEffect, useMemo } from "/dashboard/preact.js";
import { post, remove, query } from "/dashboard/api.js";
import { SEVERITIES, Severity, Contributions, Facts, Loaded, Empty, Problem, Time, causes, count, duration, figure, sensorLink, state, useLoad } from "/dashboard/parts.js";

const TOGETHER_MILLIS = 60_000;
const BEGIN_MILLIS = 1_000;
const PAGE = 50;

/**
 * Alerts of one group that overlap or follow each other within a minute are one incident, as severe
 * as its worst. Where each sensor is a group of its own, those that begin within a second of each
 * other are. The order of the list stays: the worst first.
 */
export function incidents(alerts) {
  const alone = alerts.every((alert) => alert.group === alert.key);
  const belongs = (one, span) =>
    alone ? span.from <= one.from + BEGIN_MILLIS : one.group === span.alert.group && span.from <= one.to + TOGETHER_MILLIS;
  const spans = alerts.map((alert) => ({ alert, from: Date.parse(alert.start), to: Date.parse(alert.end) }));
  const found = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const known = found.find((one) => belongs(one, span));
    if (known) {
      known.to = Math.max(known.to, span.to);
      known.alerts.push(span.alert);
    } else {
      found.push({ group: span.alert.group, from: span.from, to: span.to, alerts: [span.alert] });
    }
  }
  // Known again when some of its alerts have come or gone, so that its rows stay where they are.
  const seen = new Map();
  for (const one of found) {
    const nth = alone ? one.alerts[0].alert_id : (seen.get(one.group) || 0) + 1;
    seen.set(one.group, nth);
    one.id = JSON.stringify([one.group, nth]);
  }
  const rank = new Map(alerts.map((alert, i) => [alert.alert_id, i]));
  const first = (incident) => Math.min(...incident.alerts.map((alert) => rank.get(alert.alert_id)));
  found.forEach((incident) => incident.alerts.sort((a, b) => rank.get(a.alert_id) - rank.get(b.alert_id)));
  return found.sort((a, b) => first(a) - first(b));
}

/** Nobody has a name where the gateway asks for no token. */
const who = (mark) => (mark.by === "-" ? "" : " by " + mark.by);

const seconds = (alert) => (Date.parse(alert.end) - Date.parse(alert.start)) / 1000;

export function AlertsPage({ fields, go, news }) {
  const [done, setDone] = useState(0);
  const [error, setError] = useState(null);
  const [text, setText] = useState(fields.sensor || "");
  const offset = Number(fields.offset) || 0;
  const asked = Object.fromEntries(["severity", "state", "acknowledged", "silenced", "label", "sensor", "sort"].map((name) => [name, fields[name]]));
  const page = useLoad("/api/alerts" + query({ ...asked, limit: PAGE, offset }), news + done);
  const act = async (work) => {
    try {
      await work();
      setError(null);
    } catch (e) {
      setError(e);
    }
    setDone((n) => n + 1);
  };
  const pick = (name, options) => html`<label>${name[0].toUpperCase() + name.slice(1)}
    <select value=${fields[name] || ""} onChange=${(e) => go({ [name]: e.target.value, offset: null })}>
      ${options.map(([value, label]) => html`<option key=${value} value=${value}>${label}</option>`)}
    </select></label>`;
  return html`<h1>Alerts</h1>
    <form class="filters" onSubmit=${(e) => (e.preventDefault(), go({ sensor: text, offset: null }))}>
      ${pick("severity", [["", "all"], ["critical", "critical"], ["critical,high", "high and worse"], ["critical,high,medium", "medium and worse"]])}
      ${pick("state", [["", "all"], ["open", "open"], ["closed", "closed"], ["retracted", "retracted"]])}
      ${pick("acknowledged", [["", "all"], ["false", "not yet"], ["true", "acknowledged"]])}
      ${pick("label", [["", "all"], ["none", "not judged"], ["true_alarm", "true alarm"], ["false_alarm", "false alarm"]])}
      ${pick("sort", [["", "worst first"], ["time", "newest first"]])}
      <label>Sensor <input type="search" placeholder="pump-*" value=${text} onInput=${(e) => setText(e.target.value)} /></label>
      <button type="submit">Filter</button>
    </form>
    <${Problem} error=${error} />
    <${Loaded} of=${page}>
      ${(data) => html`
        <p class="severities" role="status">${count(data.total)} alerts:
          ${[...SEVERITIES].reverse().map((s) => html`<span key=${s}><${Severity} of=${s} /> ${count(data.counts[s])} </span>`)}</p>
        ${data.alerts.length ? html`<${Triage} alerts=${data.alerts} act=${act} />` : html`<${Empty}>No alerts of this kind.<//>`}
        <p class="buttons">
          ${offset ? html`<button type="button" onClick=${() => go({ offset: Math.max(0, offset - PAGE) })}>Before</button>` : null}
          ${offset + data.alerts.length < data.total ? html`<button type="button" onClick=${() => go({ offset: offset + PAGE })}>Next ${PAGE}</button>` : null}
        </p>`}
    <//>
    <${Silences} tick=${done} act=${act} />`;
}

function Triage({ alerts, act }) {
  const groups = incidents(alerts);
  return html`<table class="triage">
    <thead><tr><th scope="col">Severity</th><th scope="col">Sensor</th><th scope="col">Began</th><th scope="col" class="number">Lasted</th><th scope="col" class="number">Peak</th><th scope="col">Mostly</th><th scope="col">State</th><th scope="col">Do</th></tr></thead>
    ${groups.map(
      (incident) => html`<tbody key=${incident.id}>
        ${incident.alerts.length > 1
          ? html`<tr class="incident"><th colspan="8" scope="rowgroup">Incident${incident.alerts.some((alert) => alert.group === alert.key) ? "" : " in " + incident.group}: ${episodes(incident.alerts)} within ${duration((incident.to - incident.from) / 1000)}
              <button type="button" class="quiet" onClick=${() => act(() => Promise.all(incident.alerts.filter((a) => !a.acknowledged).map((a) => post(`/api/alerts/${encodeURIComponent(a.alert_id)}/acknowledge`))))}>Acknowledge all</button></th></tr>`
          : null}
        ${incident.alerts.map((alert) => html`<${Row} key=${alert.alert_id} alert=${alert} act=${act} />`)}
      </tbody>`,
    )}
  </table>`;
}

function episodes(alerts) {
  const sensors = new Set(alerts.map((alert) => alert.key));
  return `${alerts.length} episodes of ${sensors.size === 1 ? [...sensors][0] : sensors.size + " sensors"}`;
}

/** Drawn again only when the alert has changed. */
function Row({ alert, act }) {
  return useMemo(
    () => html`<tr>
      <td><${Severity} of=${alert.severity} /></td>
      <td><a href=${"#/alert/" + encodeURIComponent(alert.alert_id)}>${alert.key}</a></td>
      <td><${Time} at=${alert.start} /></td>
      <td class="number">${duration(seconds(alert))}</td>
      <td class="number">${alert.peak_score.toFixed(2)}</td>
      <td>${causes(alert.contributions).slice(0, 2).map(([name]) => name).join(", ") || "–"}</td>
      <td><${State} of=${alert} /></td>
      <td class="do"><${Actions} alert=${alert} act=${act} /></td>
    </tr>`,
    [JSON.stringify(alert)],
  );
}

const State = ({ of }) =>
  html`${state(of)}${of.acknowledged ? ", acknowledged" : ""}${of.silenced_until ? ", silenced" : ""}${of.label ? html`, <strong>${of.label.label.replace("_", " ")}</strong>` : ""}`;

function Actions({ alert, act, suffix = "" }) {
  const path = `/api/alerts/${encodeURIComponent(alert.alert_id)}`;
  const label = alert.label && alert.label.label;
  const judge = (name, text) => html`<button type="button" class="quiet" aria-pressed=${label === name} title=${`Judge: ${text} alarm`} aria-label=${`${text} alarm of ${alert.key}`} onClick=${() => act(() => post(path + "/label", { label: label === name ? null : name }))}>${text + suffix}</button>`;
  return html`
    <button type="button" class="quiet" aria-pressed=${Boolean(alert.acknowledged)} aria-label=${"Acknowledge " + alert.key} onClick=${() => act(() => post(path + "/acknowledge", { acknowledged: !alert.acknowledged }))}>Acknowledge</button>
    ${judge("true_alarm", "True")} ${judge("false_alarm", "False")}
    <button type="button" class="quiet" aria-label=${`Silence ${alert.key} for an hour`} title="Tell nobody for an hour" onClick=${() => act(() => post(path + "/silence", { minutes: 60 }))}>Silence</button>`;
}

function Silences({ tick, act }) {
  const silences = useLoad("/api/silences", tick);
  const [sensor, setSensor] = useState("");
  const [minutes, setMinutes] = useState(60);
  const submit = (event) => {
    event.preventDefault();
    act(() => post("/api/silences", { sensor, minutes: Number(minutes) })).then(() => setSensor(""));
  };
  return html`<section><h2>Silences</h2>
    <form class="filters" onSubmit=${submit}>
      <label>Sensors <input required placeholder="pump-*" value=${sensor} onInput=${(e) => setSensor(e.target.value)} /></label>
      <label>Minutes <input type="number" min="1" max="525600" required value=${minutes} onInput=${(e) => setMinutes(e.target.value)} /></label>
      <button type="submit">Tell nobody about them</button>
    </form>
    ${silences.data && silences.data.silences.length
      ? html`<ul class="plain">${silences.data.silences.map((s) => html`<li key=${s.id}><strong>${s.sensor}</strong> until <${Time} at=${s.until} /> ${who(s)}
          <button type="button" class="quiet" aria-label=${"End the silence of " + s.sensor} onClick=${() => act(() => remove("/api/silences/" + s.id))}>End</button></li>`)}</ul>`
      : html`<p class="muted">None is in force.</p>`}
  </section>`;
}

/** One alert with its lineage and what people said to it. */
export function AlertPage({ name, news }) {
  const [done, setDone] = useState(0);
  const [error, setError] = useState(null);
  const [note, setNote] = useState("");
  const path = `/api/alerts/${encodeURIComponent(name)}`;
  const alert = useLoad(path, news + done);
  const peak = useLoad(alert.data ? `/api/readings/${encodeURIComponent(alert.data.peak_event_id)}${query({ sensor: alert.data.key })}` : null);
  useEffect(() => setNote(""), [done]);
  const act = (work) => work().then(() => setError(null), setError).then(() => setDone((n) => n + 1));
  const say = (event) => {
    event.preventDefault();
    act(() => post(path + "/acknowledge", { note }));
  };
  return html`<p class="crumbs"><a href="#/alerts">Alerts</a> /</p>
    <${Problem} error=${error} />
    <${Loaded} of=${alert}>
      ${(one) => html`
        <h1><${Severity} of=${one.severity} /> ${one.key}</h1>
        <p class="lead">${sentence(one, peak.data?.features)}</p>
        <p class="buttons"><${Actions} alert=${one} act=${act} suffix=" alarm" /> <a href=${around(one)}>Show the curve</a></p>
        <div class="columns">
          <section class="wide"><h2>Why, at the peak</h2><${Contributions} of=${one.contributions} expected=${one.expected} features=${peak.data && peak.data.features} />
            <h2>What was done</h2>
            ${(one.history || []).length
              ? html`<ol class="plain">${one.history.map((mark, i) => html`<li key=${i}><${Time} at=${mark.at} />${who(mark)}: ${mark.action.replace("_", " ")}${mark.note ? html` – ${mark.note}` : ""}</li>`)}</ol>`
              : html`<p class="muted">Nothing yet.</p>`}
            <form class="filters" onSubmit=${say}><label>Note <input maxlength="2000" required value=${note} onInput=${(e) => setNote(e.target.value)} /></label><button type="submit">Acknowledge with note</button></form>
          </section>
          <aside aria-label="Lineage"><h2>Episode</h2>
            <${Facts} of=${{ State: html`<${State} of=${one} />`, Group: one.group, From: html`<${Time} at=${one.start} />`, To: html`<${Time} at=${one.end} />`, "Anomalous readings": count(one.anomalies), "Peak score": one.peak_score.toFixed(4), Threshold: one.threshold?.toFixed(4) }} />
            <h2>Lineage</h2>
            <${Facts} of=${lineage(one.lineage || {})} />
          </aside>
        </div>`}
    <//>`;
}

function sentence(alert, features) {
  const [first, second] = causes(alert.contributions).map(([name]) => name);
  if (!first) return `The score reached ${alert.peak_score.toFixed(2)}.`;
  const value = features && first in features ? `: ${figure(features[first])}` : "";
  const usual = alert.expected && Object.values(alert.expected)[0];
  return `Mostly because of ${first}${value}${usual !== undefined ? `, usually about ${figure(usual)}` : ""}${second ? `, then ${second}` : ""}. The score reached ${alert.peak_score.toFixed(2)}.`;
}

function around(alert) {
  const span = Math.max(60, seconds(alert) * 3);
  const to = new Date(Date.parse(alert.end) + span * 300).toISOString();
  return sensorLink(alert.key, query({ seconds: Math.round(span), to, event: alert.peak_event_id }));
}

const lineage = (of) => ({
  Model: of.model_version,
  Detector: of.detector,
  "Trained from": of.train_from,
  "Trained to": of.train_to,
  Rows: of.train_rows && count(of.train_rows),
  Threshold: of.threshold_origin,
  "Model SHA-256": of.model_sha256 && html`<code>${of.model_sha256}</code>`,
  Configuration: of.config_version && html`<code>${of.config_version}</code>`,
});
