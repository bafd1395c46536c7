// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

// Swim lanes: a row a sensor, a column an interval, coloured by the worst score in it.

import { html, useState, useEffect, useRef, useMemo } from "/dashboard/preact.js";
import { query } from "/dashboard/api.js";
import { RANGES, SEVERITIES, Severity, Loaded, Empty, count, duration, fittingRange, rgb, sensorLink, time, useLoad, useTheme, useTick, useWidth } from "/dashboard/parts.js";

const NAMED = 13;

/** Colours of the style sheet as red, green, blue. */
function palette() {
  const page = getComputedStyle(document.documentElement).getPropertyValue("--page").trim();
  return { calm: rgb("--calm"), busy: rgb("--busy"), of: SEVERITIES.map((s) => rgb("--" + s)), page };
}

/** One pixel a cell, which the canvas then stretches. */
export function paint(picture, colors) {
  const image = new ImageData(picture.cells, picture.lanes.length);
  const { data } = image;
  picture.lanes.forEach((lane, row) => {
    for (let cell = 0; cell < picture.cells; cell++) {
      const score = lane.scores[cell];
      if (score < 0) continue;
      const severity = lane.severities.charCodeAt(cell) - 48;
      const at = (row * picture.cells + cell) * 4;
      const share = Math.min(1, score / 50);
      for (let i = 0; i < 3; i++) {
        data[at + i] = severity >= 0 ? colors.of[severity][i] : colors.calm[i] + (colors.busy[i] - colors.calm[i]) * share;
      }
      data[at + 3] = 255;
    }
  });
  return image;
}

const rowHeight = (lanes) => (lanes <= 60 ? 18 : Math.max(3, Math.floor(1200 / lanes)));

function draw(canvas, picture, width, cursor) {
  const began = performance.now();
  const colors = palette();
  const row = rowHeight(picture.lanes.length);
  const ratio = window.devicePixelRatio || 1;
  const height = row * picture.lanes.length;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const small = new OffscreenCanvas(picture.cells, picture.lanes.length);
  small.getContext("2d").putImageData(paint(picture, colors), 0, 0);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, width, height);
  if (row >= 6) {
    context.fillStyle = colors.page;
    for (let i = 1; i <= picture.lanes.length; i++) context.fillRect(0, i * row - 1, width, 1);
  }
  if (cursor) {
    const cell = width / picture.cells;
    context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = 2;
    context.strokeRect(cursor.cell * cell - 1, cursor.lane * row - 1, cell + 2, row + 1);
  }
  performance.measure("lanes", { start: began, end: performance.now() });
}

function describe(picture, { lane, cell }) {
  const one = picture.lanes[lane];
  const at = Date.parse(picture.from) + cell * picture.cell_seconds * 1000;
  const severity = one.severities.charCodeAt(cell) - 48;
  const score = one.scores[cell] < 0 ? "no reading" : `worst score ${(one.scores[cell] / 100).toFixed(2)}${severity >= 0 ? ", " + SEVERITIES[severity] : ""}`;
  return `${one.sensor}, ${time(at)}: ${score}`;
}

/** Where a click on a cell leads: that sensor around that time. */
function target(picture, { lane, cell }) {
  const middle = Date.parse(picture.from) + (cell + 0.5) * picture.cell_seconds * 1000;
  const seconds = Math.max(60, picture.cell_seconds * 12);
  const to = new Date(middle + seconds * 500).toISOString();
  return sensorLink(picture.lanes[lane].sensor, query({ seconds: Math.round(seconds), to }));
}

/** The lanes of a range; `to` null = up to the newest reading. */
export function Lanes({ range, to, sensor, limit, tick }) {
  const picture = useLoad("/api/lanes" + query({ seconds: range, to, sensor, limit }), tick);
  return html`<${Loaded} of=${picture}>
    ${(data) =>
      data.lanes.length
        ? html`<${Picture} picture=${data} limit=${limit} />`
        : html`<${Empty}>No readings of such sensors in this range.<//>`}
  <//>`;
}

function Picture({ picture, limit }) {
  const [box, width] = useWidth();
  const canvas = useRef(null);
  const [cursor, setCursor] = useState(null);
  const theme = useTheme();
  const [hover, setHover] = useState(null);
  const row = rowHeight(picture.lanes.length);

  const safe = cursor && {
    lane: Math.min(cursor.lane, picture.lanes.length - 1),
    cell: Math.min(cursor.cell, picture.cells - 1),
  };
  useEffect(() => {
    if (width) draw(canvas.current, picture, width, safe);
  }, [picture, width, safe && safe.lane, safe && safe.cell, theme]);

  const under = (event) => {
    const at = canvas.current.getBoundingClientRect();
    return {
      lane: Math.min(picture.lanes.length - 1, Math.max(0, Math.floor((event.clientY - at.top) / row))),
      cell: Math.min(picture.cells - 1, Math.max(0, Math.floor(((event.clientX - at.left) / at.width) * picture.cells))),
    };
  };
  const onKey = (event) => {
    const now = safe || { lane: 0, cell: picture.cells - 1 };
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (event.key === "Enter" && safe) location.hash = target(picture, safe);
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    setCursor({
      lane: Math.min(picture.lanes.length - 1, Math.max(0, now.lane + step[0])),
      cell: Math.min(picture.cells - 1, Math.max(0, now.cell + step[1])),
    });
  };
  const ticks = useMemo(() => [0, 0.25, 0.5, 0.75].map((share) => time(Date.parse(picture.from) + share * picture.cells * picture.cell_seconds * 1000, picture.cells * picture.cell_seconds > 86400)), [picture]);
  return html`<div class="lanes">
      <ol class=${row < NAMED ? "hidden" : "names"}>
        ${picture.lanes.map((lane) => html`<li key=${lane.sensor}><a href=${sensorLink(lane.sensor)} title=${lane.sensor}>${lane.sensor}</a></li>`)}
      </ol>
      <div class="field" ref=${box}>
        <canvas ref=${canvas} class=${"rows-" + (row < NAMED ? "thin" : "named")} tabindex="0" role="application" aria-roledescription="swim lanes"
          aria-label=${`Worst score of ${picture.lanes.length} sensors in ${picture.cells} intervals of ${duration(picture.cell_seconds)}. Arrow keys move, Enter opens the sensor.`}
          onClick=${(e) => (location.hash = target(picture, under(e)))}
          onMouseMove=${(e) => setHover(under(e))} onMouseLeave=${() => setHover(null)}
          onKeyDown=${onKey} onBlur=${() => setCursor(null)}></canvas>
        <div class="ticks" aria-hidden="true">${ticks.map((text) => html`<span>${text}</span>`)}</div>
      </div>
    </div>
    <p class="legend">
      <span role="status">${safe || hover ? describe(picture, safe || hover) : `a cell is ${duration(picture.cell_seconds)}`}</span>
      <span class="spacer"></span>
      <span class="swatch calm">usual</span>${SEVERITIES.map((s) => html`<${Severity} key=${s} of=${s} />`)}
      ${picture.sensors > limit ? html`<span class="muted">${count(picture.lanes.length)} of ${count(picture.sensors)} sensors</span>` : null}
    </p>`;
}

/** All sensors: how long back, how many, and which. */
export function LanesPage({ fields, go }) {
  const tick = useTick(5000);
  const overview = useLoad("/api/overview");
  const [text, setText] = useState(fields.sensor || "");
  const asked = Number(fields.seconds);
  const newest = overview.data && overview.data.newest;
  const range = asked || (newest ? fittingRange(overview.data.oldest, newest) : null);
  return html`<h1>Sensors</h1>
    <form class="filters" onSubmit=${(e) => (e.preventDefault(), go({ sensor: text }))}>
      <${RangePicker} range=${range} onPick=${(seconds) => go({ seconds })} />
      <label>Sensor <input type="search" placeholder="pump-*" value=${text} onInput=${(e) => setText(e.target.value)} /></label>
      <button type="submit">Filter</button>
      <label>Draw <select value=${fields.limit || "50"} onChange=${(e) => go({ limit: e.target.value })}>
        <option value="20">20 worst</option><option value="50">50 worst</option><option value="200">200 worst</option><option value="1000">1,000 worst</option>
      </select></label>
    </form>
    ${overview.data && !newest
      ? html`<${Empty}>Nothing has been scored yet.<//>`
      : range
        ? html`<${Lanes} range=${range} to=${fields.to} sensor=${fields.sensor} limit=${Number(fields.limit) || 50} tick=${tick} />`
        : html`<${Loaded} of=${overview}>${() => null}<//>`}`;
}

export const RangePicker = ({ range, onPick }) =>
  html`<div class="ranges" role="group" aria-label="Range, back from the newest reading">
    ${RANGES.map(([seconds, text]) => html`<button key=${seconds} type="button" aria-pressed=${range === seconds} onClick=${() => onPick(seconds)}>${text}</button>`)}
  </div>`;
