// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

// What a model says of two features while all others are usual.

import { html, useEffect, useRef, useState } from "/dashboard/preact.js";
import { query } from "/dashboard/api.js";
import { Loaded, figure, rgb, useLoad, useTheme, useWidth } from "/dashboard/parts.js";

const HEIGHT = 280;

function draw(canvas, surface, width) {
  const [calm, busy, high, critical] = ["--calm", "--busy", "--high", "--critical"].map(rgb);
  const columns = surface.xs.length;
  const rows = surface.ys.length;
  const image = new ImageData(columns, rows);
  surface.scores.forEach((line, row) =>
    line.forEach((score, column) => {
      const anomalous = score >= surface.threshold;
      const share = anomalous ? Math.min(1, (score - surface.threshold) / Math.max(0.01, 1 - surface.threshold)) : score / surface.threshold;
      const [from, to] = anomalous ? [high, critical] : [calm, busy];
      const at = ((rows - 1 - row) * columns + column) * 4;
      for (let i = 0; i < 3; i++) image.data[at + i] = from[i] + (to[i] - from[i]) * share;
      image.data[at + 3] = 255;
    }),
  );
  const small = new OffscreenCanvas(columns, rows);
  small.getContext("2d").putImageData(image, 0, 0);
  const ratio = devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = HEIGHT * ratio;
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  boundary(context, surface, canvas.width / columns, canvas.height / rows, getComputedStyle(document.documentElement).getPropertyValue("--ink").trim(), ratio);
}

/** The line between usual and anomalous, along the edges of cells. */
function boundary(context, surface, cellWidth, cellHeight, color, ratio) {
  const rows = surface.ys.length;
  const over = (row, column) => surface.scores[row][column] >= surface.threshold;
  context.strokeStyle = color;
  context.lineWidth = 1.5 * ratio;
  context.beginPath();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < surface.xs.length; column++) {
      const top = (rows - 1 - row) * cellHeight;
      if (column && over(row, column) !== over(row, column - 1)) {
        context.moveTo(column * cellWidth, top);
        context.lineTo(column * cellWidth, top + cellHeight);
      }
      if (row && over(row, column) !== over(row - 1, column)) {
        context.moveTo(column * cellWidth, top + cellHeight);
        context.lineTo((column + 1) * cellWidth, top + cellHeight);
      }
    }
  }
  context.stroke();
}

/** The picture, with the two features to choose. */
export function Surface({ model, version, features }) {
  const [first, setFirst] = useState(features[0]);
  const [second, setSecond] = useState(features[1]);
  const [box, width] = useWidth();
  const canvas = useRef(null);
  const theme = useTheme();
  const surface = useLoad(first !== second ? `/api/registry/${encodeURIComponent(model)}/surface${query({ first, second, version })}` : null);
  useEffect(() => {
    if (surface.data && width && canvas.current) draw(canvas.current, surface.data, width);
  }, [surface.data, width, theme]);
  const choose = (label, value, set) => html`<label>${label} <select value=${value} onChange=${(e) => set(e.target.value)}>${features.map((name) => html`<option key=${name}>${name}</option>`)}</select></label>`;
  return html`<section class="surface">
    <h2>Where the boundary is</h2>
    <div class="filters">${choose("Across", first, setFirst)} ${choose("Up", second, setSecond)}</div>
    ${first === second ? html`<p class="muted">Choose two different features.</p>` : null}
    <div ref=${box}>
      <${Loaded} of=${surface}>
        ${(data) => html`<figure>
          <canvas ref=${canvas} role="img" aria-label=${`Decision boundary of ${model} for ${data.first} from ${figure(data.xs[0])} to ${figure(data.xs.at(-1))} and ${data.second} from ${figure(data.ys[0])} to ${figure(data.ys.at(-1))}`}></canvas>
          <figcaption class="muted">${data.first}: ${figure(data.xs[0])} to ${figure(data.xs.at(-1))}, left to right. ${data.second}: ${figure(data.ys[0])} to ${figure(data.ys.at(-1))}, bottom to top. The line is the threshold ${figure(data.threshold)}; other features are at their training median.</figcaption>
        </figure>`}
      <//>
    </div>
  </section>`;
}
