// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

// What could not be used of the data, and what was missing from it.

import { html } from "/dashboard/preact.js";
import { query } from "/dashboard/api.js";
import { Loaded, Empty, Time, count, sensorLink, useLoad, useTick } from "/dashboard/parts.js";

export function QualityPage({ fields, go }) {
  const tick = useTick(5000);
  const quality = useLoad("/api/data-quality" + query({ reason: fields.reason, limit: 50 }), tick);
  const issues = useLoad("/api/feed/quality?limit=50", tick);
  return html`<h1>Data quality</h1>
    <${Loaded} of=${quality}>
      ${(data) => html`
        <div class="columns even">
          <section><h2>Dead letters by reason</h2><${Bars} of=${data.dead_letters} total=${data.scored} chosen=${fields.reason} onPick=${(reason) => go({ reason: reason === fields.reason ? null : reason })} none="Every line could be used." /></section>
          <section><h2>Issues by kind</h2><${Bars} of=${data.issues} none="None was noticed." /></section>
          <section><h2>Features missing or unknown</h2>
            ${data.features.length
              ? html`<table><thead><tr><th scope="col">Feature</th><th scope="col">What became of it</th><th scope="col" class="number">Readings</th></tr></thead>
                  <tbody>${data.features.slice(0, 30).map((f) => html`<tr key=${f.kind + f.feature}><td>${f.feature}</td><td>${f.kind}</td><td class="number">${count(f.total)}</td></tr>`)}</tbody></table>`
              : html`<p class="muted">None was imputed or ignored.</p>`}
            <p>${count(data.late)} of ${count(data.scored)} readings came late, behind the watermark.</p>
          </section>
        </div>
        <section><h2>Newest dead letters${fields.reason ? ": " + fields.reason : ""}</h2>
          ${data.newest.length
            ? html`<table><thead><tr><th scope="col">Reason</th><th scope="col">Detail</th><th scope="col">Where</th><th scope="col">Still scored</th><th scope="col">Beginning of the line</th></tr></thead>
                <tbody>${data.newest.map((letter, i) => html`<tr key=${i}><td>${letter.reason}</td><td>${letter.detail}</td><td>${letter.source}${letter.line ? `, line ${letter.line}` : `, byte ${letter.offset}`}${letter.field ? `, ${letter.field}` : ""}</td><td>${letter.scored ? "yes" : "no"}</td><td><code class="raw">${letter.raw || letter.raw_base64 || ""}</code></td></tr>`)}</tbody></table>`
            : html`<${Empty}>None is kept.<//>`}
        </section>`}
    <//>
    <section><h2>Newest issues</h2>
      <${Loaded} of=${issues}>
        ${(data) =>
          data.issues.length
            ? html`<table><thead><tr><th scope="col">Kind</th><th scope="col">Of</th><th scope="col">Feature</th><th scope="col">Noticed</th><th scope="col">What</th></tr></thead>
                <tbody>${data.issues.map((issue) => html`<tr key=${issue.issue_id}><td>${issue.kind}</td><td><a href=${sensorLink(issue.key)}>${issue.key}</a></td><td>${issue.feature || "–"}</td><td><${Time} at=${issue.to} /></td><td>${issue.text}</td></tr>`)}</tbody></table>`
            : html`<${Empty}>No flatline, gap, spike, rate, range or drift was noticed.<//>`}
      <//>
    </section>`;
}

function Bars({ of, total, chosen, onPick, none }) {
  const entries = Object.entries(of).sort((a, b) => b[1] - a[1]);
  if (!entries.length) return html`<p class="muted">${none}</p>`;
  const most = entries[0][1];
  return html`<table class="bars"><tbody>
    ${entries.map(([name, number]) => html`<tr key=${name}>
      <th scope="row">${onPick ? html`<button type="button" class="quiet" aria-pressed=${chosen === name} onClick=${() => onPick(name)}>${name}</button>` : name}</th>
      <td class="number">${count(number)}</td>
      <td class="number muted">${total ? ((100 * number) / (total + number)).toFixed(2) + " %" : ""}</td>
      <td class="bar"><meter min="0" max=${most} value=${number} aria-label=${"Share of " + name}></meter></td>
    </tr>`)}
  </tbody></table>`;
}
