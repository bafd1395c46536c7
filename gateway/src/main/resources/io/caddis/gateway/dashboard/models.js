// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

// The registry: versions, what they were trained on, which one is in force.

import { html, useEffect, useState } from "/dashboard/preact.js";
import { post } from "/dashboard/api.js";
import { Confirm, Facts, Loaded, Empty, Problem, Time, count, figure, useLoad } from "/dashboard/parts.js";
import { Surface } from "/dashboard/surface.js";

export function ModelsPage({ name, go, fields }) {
  return name ? html`<${Model} name=${name} go=${go} fields=${fields} />` : html`<h1>Models</h1><${Registry} /><${Trials} /><${Trained} />`;
}

function Registry() {
  const registry = useLoad("/api/registry");
  return html`<section><h2>In the registry</h2>
    <${Loaded} of=${registry}>
      ${(all) =>
        all.models.length
          ? html`<table>
              <thead><tr><th scope="col">Model</th><th scope="col">Champion</th><th scope="col">Challenger</th><th scope="col" class="number">Versions</th><th scope="col">Last change</th></tr></thead>
              <tbody>${all.models.map((model) => {
                const change = model.changes.at(-1);
                return html`<tr key=${model.name}>
                  <td><a href=${"#/models/" + encodeURIComponent(model.name)}>${model.name}</a></td>
                  <td>${model.champion || "–"}</td><td>${model.challenger || "–"}</td><td class="number">${model.versions}</td>
                  <td>${change ? html`${change.action} <${Time} at=${change.at} />` : "–"}</td>
                </tr>`;
              })}</tbody>
            </table>`
          : html`<${Empty}>The registry is empty. <code>./caddis train</code>, <code>detect --registry</code> or <code>POST /train</code> put models there.<//>`}
    <//></section>`;
}

function Trained() {
  const trained = useLoad("/api/feed/models?limit=50");
  const drifts = useLoad("/api/feed/quality?limit=200");
  const moved = drifts.data ? drifts.data.issues.filter((issue) => issue.kind === "drift") : [];
  return html`<section><h2>Trained by the running jobs</h2>
    <${Loaded} of=${trained}>
      ${(all) =>
        all.models.length
          ? html`<table>
              <thead><tr><th scope="col">Trained to</th><th scope="col">Group</th><th scope="col">Detector</th><th scope="col" class="number">Rows</th><th scope="col">Threshold</th><th scope="col">Drift since the one before</th></tr></thead>
              <tbody>${all.models.map((model) => html`<tr key=${model.group + model.model_version}>
                <td><${Time} at=${model.train_to} /></td><td>${model.group}</td><td>${model.detector}</td><td class="number">${count(model.train_rows)}</td><td>${model.threshold_origin}</td><td>${(model.drift || []).join("; ") || "–"}</td>
              </tr>`)}</tbody>
            </table>`
          : html`<${Empty}>No job that the gateway reads has trained a model. Detectors that learn from each reading train none.<//>`}
    <//>
    <h2>Drift</h2>
    ${moved.length
      ? html`<table><thead><tr><th scope="col">Noticed</th><th scope="col">Of</th><th scope="col">What moved</th></tr></thead><tbody>${moved.map((issue) => html`<tr key=${issue.issue_id}><td><${Time} at=${issue.to} /></td><td>${issue.key}</td><td>${issue.text}</td></tr>`)}</tbody></table>`
      : html`<p class="muted">None was noticed.</p>`}
  </section>`;
}

function Model({ name, go, fields }) {
  const [done, setDone] = useState(0);
  const [asking, setAsking] = useState(null);
  const [error, setError] = useState(null);
  const path = "/api/registry/" + encodeURIComponent(name);
  const model = useLoad(path, done);
  const commands = model.data?.commands;
  const waiting = commands?.some((command) => command.state === "sent");
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => setDone((n) => n + 1), 1000);
    return () => clearTimeout(timer);
  }, [model.data]);
  const serves = commands ? "the gateway and the running job score with it from then on" : "the gateway scores with it from then on";
  const act = async () => {
    const { where, body } = asking;
    setAsking(null);
    try {
      await post(path + where, body);
      setError(null);
    } catch (e) {
      setError(e);
    }
    setDone((n) => n + 1);
  };
  return html`<p class="crumbs"><a href="#/models">Models</a> /</p>
    <h1>${name}</h1>
    <${Problem} error=${error} />
    ${asking ? html`<${Confirm} question=${asking.question} action=${asking.action} onYes=${act} onNo=${() => setAsking(null)} />` : null}
    <${Loaded} of=${model}>
      ${(all) => {
        const chosen = all.versions.find((v) => v.version === fields.version) || all.versions.find((v) => v.version === all.champion) || all.versions[0];
        const rival = all.versions.find((v) => v.version === all.challenger) || all.versions.find((v) => v.version === all.previous);
        return html`
          <p class="buttons">
            ${all.previous ? html`<button type="button" onClick=${() => setAsking({ where: "/rollback", question: `Roll ${name} back from ${all.champion} to ${all.previous}? ${all.previous} becomes the champion, and ${serves}.`, action: "Roll back" })}>Roll back to ${all.previous}</button>` : null}
            <a href=${"#/try/" + encodeURIComponent(name)}>Try a reading</a>
          </p>
          <table>
            <thead><tr><th scope="col">Version</th><th scope="col">Plays</th><th scope="col">Made</th><th scope="col">Detector</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Threshold</th><th scope="col">Data</th><th scope="col">Do</th></tr></thead>
            <tbody>${all.versions.map((version) => html`<tr key=${version.version} class=${version === chosen ? "chosen" : ""}>
              <td><button type="button" class="quiet" aria-pressed=${version === chosen} onClick=${() => go({ version: version.version })}>${version.version}</button></td>
              <td>${["champion", "challenger", "previous"].filter((role) => all[role] === version.version).join(", ") || "–"}</td>
              <td><${Time} at=${version.created_at} /></td><td>${version.algorithm}</td><td class="number">${count(version.rows)}</td><td class="number">${figure(version.threshold.score)}</td><td>${version.data_source}</td>
              <td>${version.version === all.champion ? "" : html`<button type="button" class="quiet" onClick=${() => setAsking({ where: "/promote", body: { version: version.version }, question: `Make ${version.version} the champion of ${name}? ${all.champion || "Nothing"} stays as previous, and ${serves}.`, action: "Promote" })}>Promote</button>`}</td>
            </tr>`)}</tbody>
          </table>
          ${commands ? html`<${Commands} of=${commands} />` : null}
          <div class="columns">
            <div class="wide">
              ${rival && rival !== chosen ? html`<${Comparison} one=${chosen} other=${rival} roles=${all} />` : null}
              <${Trials} among=${all.versions.map((version) => version.version)} />
              <${Boundary} model=${name} version=${chosen} />
            </div>
            <aside aria-label="Metadata"><h2>${chosen.version}</h2><${Metadata} of=${chosen} /></aside>
          </div>`;
      }}
    <//>`;
}

/** What the running job was told about the model, and whether it obeys. */
function Commands({ of }) {
  const said = (command) =>
    command.state === "refused"
      ? `refused: ${command.reason}`
      : command.state === "applied"
        ? html`applied ${command.applied}/${command.subtasks} from <${Time} at=${command.effective_from} />`
        : "sent, no answer yet: the job gives one with its next checkpoint";
  return html`<section aria-live="polite"><h2>In the running job</h2>
    ${of.length
      ? html`<table>
          <thead><tr><th scope="col">Command</th><th scope="col">Version</th><th scope="col">Answer</th></tr></thead>
          <tbody>${of.map((command) => html`<tr key=${command.id}><td>${command.type}</td><td>${command.version}</td><td>${said(command)}</td></tr>`)}</tbody>
        </table>`
      : html`<p class="muted">It has been told nothing about this model: it scores with what it trains.</p>`}
  </section>`;
}

function Boundary({ model, version }) {
  const numeric = version.features.filter((feature) => feature.encoding === "numeric" && feature.used).map((feature) => feature.name);
  return numeric.length > 1 ? html`<${Surface} key=${version.version} model=${model} version=${version.version} features=${numeric} />` : null;
}

function Comparison({ one, other, roles }) {
  const role = (version) => ["champion", "challenger", "previous"].find((name) => roles[name] === version.version) || "chosen";
  const metrics = [...new Set([...Object.keys(one.metrics), ...Object.keys(other.metrics)])].sort();
  const rows = [
    ["rows", count(one.rows), count(other.rows)],
    ["threshold", figure(one.threshold.score), figure(other.threshold.score)],
    ["threshold rule", one.threshold.rule, other.threshold.rule],
    ["features", one.features.length, other.features.length],
    ...metrics.map((metric) => [metric, figure(one.metrics[metric]), figure(other.metrics[metric])]),
  ];
  return html`<section><h2>Side by side</h2><table>
    <thead><tr><th scope="col"><span class="hidden">What</span></th>${[one, other].map((v) => html`<th scope="col" class="number">${role(v)}: ${v.version}</th>`)}</tr></thead>
    <tbody>${rows.map(([what, left, right]) => html`<tr key=${what}><th scope="row">${what}</th><td class="number">${left}</td><td class="number">${right}</td></tr>`)}</tbody>
  </table></section>`;
}

/** What challengers made of the readings that the champion scored, too; of some versions or of all. */
function Trials({ among }) {
  const trials = useLoad("/api/trials");
  return html`<section><h2>On trial</h2>
    <${Loaded} of=${trials}>
      ${(all) => {
        const told = all.trials.filter((trial) => !among || trial.challenger.versions.some((version) => among.includes(version)));
        return told.length
          ? told.map((trial) => html`<${Trial} key=${trial.challenger.versions.join()} of=${trial} />`)
          : html`<${Empty}>No challenger has scored readings. A job with <code>--set promotion.challengers=report</code> puts one on trial when it is told <code>./caddis control send challenge --control DIR --model NAME</code>; the gateway reads its results with <code>--feed</code>.<//>`;
      }}
    <//></section>`;
}

function Trial({ of }) {
  const names = (versions) => versions.slice(-3).join(", ") + (versions.length > 3 ? ` and ${versions.length - 3} before` : "");
  const share = (number) => (number === null ? "–" : (number * 100).toFixed(2) + " %");
  const micros = (number) => (number === null ? "–" : number.toFixed(2));
  const judged = of.judged_anomalous + of.judged_normal > 0;
  const rows = [
    ["flagged", share, "flagged"],
    ["flagged by it alone", count, "flagged_alone"],
    ...(judged ? [["precision", share, "precision"], ["recall", share, "recall"]] : []),
    ["mean µs a reading", micros, "mean_us"],
    ["99 % within µs", micros, "p99_us"],
  ];
  return html`<p>The newest ${count(of.readings)} readings that both scored, <${Time} at=${of.from} /> to <${Time} at=${of.to} />: they agree on ${share(of.agreement)}.
      ${judged ? ` Precision and recall are of ${count(of.judged_anomalous)} readings that people called anomalous and ${count(of.judged_normal)} that they called normal.` : " Judge alerts, and precision and recall appear."}</p>
    <table>
      <thead><tr><th scope="col"><span class="hidden">What</span></th><th scope="col" class="number">champion: ${names(of.champion.versions)}</th><th scope="col" class="number">challenger: ${names(of.challenger.versions)}</th></tr></thead>
      <tbody>${rows.map(([what, form, name]) => html`<tr key=${name}><th scope="row">${what}</th><td class="number">${form(of.champion[name])}</td><td class="number">${form(of.challenger[name])}</td></tr>`)}</tbody>
    </table>`;
}

const Metadata = ({ of }) =>
  html`<${Facts} of=${{
    Detector: of.algorithm,
    Parameters: JSON.stringify(of.parameters),
    Features: of.features.map((f) => f.name + (f.used ? "" : " (not used)")).join(", "),
    Scaling: of.scaler,
    Threshold: `${of.threshold.rule}, raw ${figure(of.threshold.raw)}`,
    Data: of.data_source,
    From: of.train_from,
    To: of.train_to,
    Rows: `${count(of.rows)}, fitted on ${count(of.sampled_rows)}`,
    Seed: String(of.seed),
    Parent: of.parent,
    Group: of.group,
    Configuration: of.config_version,
    Bytes: count(of.bytes),
    "SHA-256": html`<code>${of.sha256}</code>`,
  }} />`;
