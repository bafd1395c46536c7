// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

import { html } from "/dashboard/preact.js";
import { SEVERITIES, Severity, Time, Loaded, Empty, count, duration, fittingRange, sensorLink, state, useLoad, useTick } from "/dashboard/parts.js";
import { Lanes } from "/dashboard/lanes.js";

const Card = ({ label, href, children, note, state }) =>
  html`<section class=${"card " + (state || "")}>
    <h2>${href ? html`<a href=${href}>${label}</a>` : label}</h2>
    <p class="big">${children}</p>
    ${note ? html`<p class="muted">${note}</p>` : null}
  </section>`;

/** What the operator sees first: whether anything is wrong, where, and whether Caddis itself works. */
export function Overview({ news }) {
  const tick = useTick(5000);
  const overview = useLoad("/api/overview", tick);
  const health = useLoad("/health", tick);
  const feed = useLoad("/api/feed", tick);
  return html`<h1 class="hidden">Overview</h1>
    <${Loaded} of=${overview}>${(all) => html`<${Glance} all=${all} health=${health} feed=${feed.data} tick=${tick} news=${news} />`}<//>`;
}

function Glance({ all, health, feed, tick, news }) {
  const worst = [...SEVERITIES].reverse();
  const waiting = worst.reduce((sum, severity) => sum + all.waiting[severity], 0);
  const model = all.models[0];
  const ok = health.data && health.data.status === "healthy";
  return html`
    <div class="cards">
      <${Card} label="Open, not acknowledged" href="#/alerts?acknowledged=false&state=open" state=${waiting ? "attention" : "good"}
        note=${html`<span class="severities">${worst.map((s) => html`<a key=${s} href=${`#/alerts?severity=${s}&acknowledged=false&state=open`}><${Severity} of=${s} /> ${count(all.waiting[s])}</a>`)}</span>`}>
        ${waiting ? count(waiting) : "None"}
      <//>
      <${Card} label=${"Alerts on " + all.date} href="#/alerts?sort=time" note=${`${count(all.anomalous_readings)} of ${count(all.scored_readings)} readings anomalous`}>
        ${count(worst.reduce((sum, s) => sum + all.alerts[s], 0))}
      <//>
      <${Card} label="Readings" href="#/lanes" note=${`${count(all.sensors)} sensors; newest ${all.newest ? all.newest.slice(11, 19) : "–"}`}>
        ${all.readings_per_second >= 10 ? count(Math.round(all.readings_per_second)) : all.readings_per_second.toFixed(1)}<small>/s</small>
      <//>
      <${Card} label="Model in force" href="#/models" note=${model ? html`${model.detector}, ${count(model.train_rows)} rows; ${count(all.models_trained)} trained${all.drifts ? html`, <a href="#/quality">drifts: ${count(all.drifts)}</a>` : ""}` : "The detector learns from each reading, or none was trained."}>
        ${model && all.newest ? html`${duration(Math.max(0, (Date.parse(all.newest) - Date.parse(model.train_to)) / 1000))}<small> old</small>` : "–"}
      <//>
      <${Card} label="Not usable" href="#/quality" note=${`${count(all.late)} late readings`}>${count(all.dead_letters)}<small> dead letters</small><//>
      <${Card} label="Gateway" href="#/quality" state=${health.error || !ok ? "attention" : "good"}
        note=${feed ? (feed.configured ? `feed ${duration(feed.lag_seconds)} behind, ${count(feed.lines)} lines` : "no feed: start it with --feed DIR") : ""}>
        ${health.error ? "Not healthy" : !health.data ? "…" : ok ? "Healthy" : "Not healthy"}
      <//>
    </div>
    ${all.newest
      ? html`<section aria-labelledby="lanes-title">
            <h2 id="lanes-title">Sensors, the worst first <a class="more" href="#/lanes">all sensors and ranges</a></h2>
            <${Lanes} range=${fittingRange(all.oldest, all.newest)} limit=${20} tick=${tick} />
          </section>
          <${Newest} tick=${tick + news} />`
      : html`<${Empty}>Nothing has been scored yet. Start a job with <code>--output DIR</code> and the gateway with <code>--feed DIR</code>, or see <code>./caddis demo</code>.<//>`}`;
}

function Newest({ tick }) {
  const alerts = useLoad("/api/alerts?sort=time&limit=8", tick);
  return html`<section aria-labelledby="newest-title">
    <h2 id="newest-title">Newest alerts <a class="more" href="#/alerts">triage</a></h2>
    <${Loaded} of=${alerts}>
      ${(page) =>
        page.alerts.length
          ? html`<table>
              <thead><tr><th scope="col">Severity</th><th scope="col">Sensor</th><th scope="col">Began</th><th scope="col" class="number">Peak</th><th scope="col">Mostly</th><th scope="col">State</th></tr></thead>
              <tbody>
                ${page.alerts.map(
                  (alert) => html`<tr key=${alert.alert_id}>
                    <td><${Severity} of=${alert.severity} /></td>
                    <td><a href=${"#/alert/" + encodeURIComponent(alert.alert_id)}>${alert.key}</a> <a class="more" href=${sensorLink(alert.key)}>curve</a></td>
                    <td><${Time} at=${alert.start} /></td>
                    <td class="number">${alert.peak_score.toFixed(2)}</td>
                    <td>${Object.keys(alert.contributions || {})[0] || "–"}</td>
                    <td>${state(alert)}</td>
                  </tr>`,
                )}
              </tbody>
            </table>`
          : html`<${Empty}>No alerts. That is good news, or no job is running.<//>`}
    <//>
  </section>`;
}
