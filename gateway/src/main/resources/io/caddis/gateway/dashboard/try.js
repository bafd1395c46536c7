// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

// A form that scores a row and shows why.

import { html, useState } from "/dashboard/preact.js";
import { post, query } from "/dashboard/api.js";
import { Contributions, Facts, Loaded, Empty, Problem, figure, useLoad } from "/dashboard/parts.js";

export function TryPage({ name, fields }) {
  const registry = useLoad("/api/registry");
  return html`<h1>Try a reading</h1>
    <${Loaded} of=${registry}>
      ${(all) => {
        const chosen = all.models.find((model) => model.name === name) || all.models[0];
        return chosen
          ? html`<p class="filters"><label>Model <select value=${chosen.name} onChange=${(e) => (location.hash = "#/try/" + encodeURIComponent(e.target.value))}>
                ${all.models.map((model) => html`<option key=${model.name}>${model.name}</option>`)}
              </select></label></p>
              <${Form} key=${chosen.name} model=${chosen} fields=${fields} />`
          : html`<${Empty}>The registry has no model to try. <code>./caddis train</code> or <code>POST /train</code> make one.<//>`;
      }}
    <//>`;
}

function Form({ model }) {
  const all = useLoad("/api/registry/" + encodeURIComponent(model.name));
  const [values, setValues] = useState({});
  const [answer, setAnswer] = useState(null);
  const [error, setError] = useState(null);
  const submit = async (event, features) => {
    event.preventDefault();
    const row = {};
    for (const feature of features) {
      const text = values[feature.name] ?? usual(feature);
      if (text !== "") row[feature.name] = feature.encoding === "numeric" ? Number(text) : text;
    }
    try {
      setAnswer({ row, medians: Object.fromEntries(features.map((feature) => [feature.name, feature.median])), ...(await post("/predict" + query({ model: model.name, explain: true }), { data: row })) });
      setError(null);
    } catch (e) {
      setAnswer(null);
      setError(e);
    }
  };
  return html`<${Loaded} of=${all}>
    ${(data) => {
      const version = data.versions.find((v) => v.version === data.champion) || data.versions[0];
      const features = version.features.filter((feature) => feature.used);
      return html`<div class="columns">
        <form class="wide reading" onSubmit=${(e) => submit(e, features)}>
          <h2>Reading</h2>
          <p class="muted">Filled in with what training found usual. Clear a field to leave it out.</p>
          <div class="inputs">
            ${features.map((feature) => html`<label key=${feature.name}>${feature.name}
              <input type=${feature.encoding === "numeric" ? "number" : "text"} step="any" value=${values[feature.name] ?? usual(feature)} onInput=${(e) => setValues({ ...values, [feature.name]: e.target.value })} /></label>`)}
          </div>
          <p class="buttons"><button type="submit" class="primary">Score it</button></p>
          <${Problem} error=${error} />
        </form>
        <aside aria-live="polite" aria-label="Verdict">
          <h2>Verdict</h2>
          ${answer ? html`<${Verdict} of=${answer} />` : html`<p class="muted">Score a reading to see one.</p>`}
        </aside>
      </div>`;
    }}
  <//>`;
}

const usual = (feature) => (feature.median === null || feature.median === undefined ? "" : String(+feature.median.toPrecision(6)));

function Verdict({ of }) {
  const contributions = Object.fromEntries((of.attribution || []).map((one) => [one.feature, one.contribution]));
  return html`<p class=${"verdict " + (of.is_anomaly ? "bad" : "good")}>${of.is_anomaly ? "Anomalous" : "Usual"}</p>
    <p><meter min="0" max="1" high=${of.threshold} value=${of.score} aria-label="Score"></meter> score ${figure(of.score)}, threshold ${figure(of.threshold)}</p>
    <${Contributions} of=${contributions} expected=${of.medians} features=${of.row} />
    <${Facts} of=${{ Model: of.model_version, "Raw score": figure(of.raw_score), Imputed: of.features_imputed.join(", "), Ignored: of.features_ignored.join(", ") }} />`;
}
