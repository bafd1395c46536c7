// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

// One sensor: its score and values over time, and why a reading of it is strange.

import { html, useState, useEffect, useMemo } from "/dashboard/preact.js";
import { live, query } from "/dashboard/api.js";
import { SEVERITIES, Severity, Contributions, Facts, Loaded, Empty, Time, figure, time, useLoad, useTheme } from "/dashboard/parts.js";
import { RangePicker } from "/dashboard/lanes.js";
import { Curve, usualRange } from "/dashboard/charts.js";

const SHOWN = 4;
const WIDE = [0, 1];

export function SensorPage({ name, fields, go }) {
  const [tick, setTick] = useState(0);
  const range = Number(fields.seconds) || 300;
  // Once a second at most, however often it is read.
  useEffect(() => {
    if (fields.to) return undefined;
    let timer = null;
    const stop = live({ events: "score", sensor: name }, () => {
      timer ??= setTimeout(() => {
        timer = null;
        if (!document.hidden) setTick((n) => n + 1);
      }, 1000);
    });
    return () => (clearTimeout(timer), stop());
  }, [name, fields.to]);
  const series = useLoad("/api/series" + query({ sensor: name, seconds: range, to: fields.to }), tick);
  const issues = useLoad("/api/feed/quality" + query({ sensor: name, limit: 20 }));
  return html`<p class="crumbs"><a href="#/lanes">Sensors</a> /</p>
    <h1>${name}</h1>
    <div class="filters">
      <${RangePicker} range=${range} onPick=${(seconds) => go({ seconds })} />
      ${fields.to
        ? html`<button type="button" onClick=${() => go({ to: null, event: null })}>Follow live</button><span class="muted">up to ${time(fields.to)}</span>`
        : html`<span class="muted">follows the newest reading</span>`}
      <a href=${"#/alerts" + query({ sensor: name })}>its alerts</a>
    </div>
    <${Loaded} of=${series}>
      ${(data) =>
        data.times.length
          ? html`<${Curves} name=${name} data=${data} event=${fields.event} go=${go} />`
          : html`<${Empty}>No scores of this sensor are kept for this range. The gateway keeps the newest of all sensors, as many as <code>--score-window</code> says.<//>`}
    <//>
    <${Issues} of=${issues.data} />`;
}

function Curves({ name, data, event, go }) {
  const [all, setAll] = useState(false);
  const theme = useTheme();
  const chosen = data.event_ids.indexOf(event);
  const reading = useLoad(event ? `/api/readings/${encodeURIComponent(event)}${query({ sensor: name })}` : null);
  const why = reading.data && reading.data.event_id === event ? reading.data : null;
  const pick = (index) => {
    // Near an anomaly it is meant, not its neighbour.
    const near = data.severities.map((s, i) => i).filter((i) => data.severities[i] >= 0 && Math.abs(i - index) <= 4);
    const best = near.sort((a, b) => Math.abs(a - index) - Math.abs(b - index))[0] ?? index;
    go({ event: data.event_ids[best], to: new Date(Date.parse(data.to)).toISOString() });
  };
  const seconds = useMemo(() => data.times.map((t) => t / 1000), [data]);
  const score = useMemo(() => [seconds, data.scores, data.thresholds], [data]);
  const numeric = Object.keys(data.values).filter((feature) => data.values[feature].some((v) => typeof v === "number"));
  const because = why ? Object.entries(why.contributions || {}).filter(([, adds]) => adds >= 0.01).map(([feature]) => feature) : [];
  const ordered = [...because.filter((f) => numeric.includes(f)), ...numeric.filter((f) => !because.includes(f))];
  const shown = all ? ordered : ordered.slice(0, SHOWN);
  return html`<div class="columns">
    <div class="wide">
      <${Curve} title=${html`Score <span class="muted">– – threshold; ${anomalies(data)}${data.thinned ? "; the worst of each moment" : ""}</span>`}
        columns=${score} severities=${data.severities} chosen=${chosen} height=${150} range=${WIDE} onPick=${pick} theme=${theme}
        series=${[{ stroke: "--accent", width: 1.5 }, { stroke: "--muted", dash: [5, 4], width: 1.2 }]} />
      ${shown.map((feature) => html`<${Feature} key=${feature} name=${feature} data=${data} seconds=${seconds} chosen=${chosen} pick=${pick} theme=${theme} />`)}
      ${ordered.length > SHOWN ? html`<p><button type="button" onClick=${() => setAll(!all)} aria-expanded=${all}>${all ? "Fewer values" : `All ${ordered.length} values`}</button></p>` : null}
      ${numeric.length ? null : html`<${Empty}>This job does not write values: run it with <code>--readings</code> to see them here.<//>`}
    </div>
    <aside aria-label="Why">
      <h2>${event ? "Why" : "Choose a reading"}</h2>
      ${event ? html`<${Loaded} of=${reading}>${(one) => html`<${Why} of=${one} />`}<//>` : html`<p class="muted">Click on a curve, or choose an anomaly:</p>`}
      <${Anomalies} data=${data} event=${event} pick=${(i) => go({ event: data.event_ids[i], to: new Date(Date.parse(data.to)).toISOString() })} />
    </aside>
  </div>`;
}

function anomalies(data) {
  const found = data.severities.filter((severity) => severity >= 0).length;
  return found ? `${found} anomalous` : "none anomalous";
}

function Feature({ name, data, seconds, chosen, pick, theme }) {
  const columns = useMemo(() => {
    const values = data.values[name].map((v) => (typeof v === "number" ? v : null));
    const [low, high] = usualRange(values, data.severities);
    return [seconds, values, high, low];
  }, [data]);
  return html`<${Curve} title=${html`${name} <span class="muted">usual range shaded</span>`} columns=${columns} severities=${data.severities} chosen=${chosen} height=${120}
    onPick=${pick} theme=${theme} bands=${[2, 3]} series=${[{ stroke: "--ink", width: 1.2 }, { width: 0 }, { width: 0 }]} />`;
}

const Why = ({ of }) =>
  html`<p>${of.is_anomaly ? html`<${Severity} of=${of.severity} />` : "Not anomalous"}: score ${figure(of.score)}, threshold ${figure(of.threshold)}</p>
    <${Contributions} of=${of.contributions} expected=${of.expected} features=${of.features} />
    <${Facts} of=${{
      Time: time(of.timestamp),
      "Scored by": of.model_version,
      Imputed: (of.features_imputed || []).join(", "),
      Ignored: (of.features_ignored || []).join(", "),
      "Event id": of.event_id,
    }} />`;

/** The same as the marks in the curves, for those who do not see them. */
function Anomalies({ data, event, pick }) {
  const found = data.severities.map((severity, i) => ({ severity, i })).filter((one) => one.severity >= 0);
  const worst = found.sort((a, b) => b.severity - a.severity || data.scores[b.i] - data.scores[a.i]).slice(0, 12);
  return worst.length
    ? html`<h3>Anomalies in this range</h3>
        <ul class="plain">
          ${worst.map(({ severity, i }) => html`<li key=${data.event_ids[i]}>
            <button type="button" class="quiet" aria-pressed=${event === data.event_ids[i]} onClick=${() => pick(i)}>
              <${Severity} of=${SEVERITIES[severity]} /> ${time(data.times[i], false)}, score ${figure(data.scores[i])}
            </button>
          </li>`)}
        </ul>`
    : null;
}

const Issues = ({ of }) =>
  of && of.issues.length
    ? html`<section><h2>What else was wrong with its data</h2>
        <table>
          <thead><tr><th scope="col">Kind</th><th scope="col">Feature</th><th scope="col">From</th><th scope="col">To</th><th scope="col">What</th></tr></thead>
          <tbody>${of.issues.map((issue) => html`<tr key=${issue.issue_id}><td>${issue.kind}</td><td>${issue.feature || "–"}</td><td><${Time} at=${issue.from} /></td><td><${Time} at=${issue.to} /></td><td>${issue.text}</td></tr>`)}</tbody>
        </table></section>`
    : null;
