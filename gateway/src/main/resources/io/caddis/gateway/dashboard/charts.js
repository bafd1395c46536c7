// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

// Curves over time, with anomalies marked and the usual range shaded.

import { html, useEffect, useRef } from "/dashboard/preact.js";
import uPlot from "/dashboard/uplot.js";
import { SEVERITIES, useWidth } from "/dashboard/parts.js";

document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/dashboard/uplot.css" }));

const WINDOW = 40;
const LEAST = 8;
const SPREADS = 4;
const TO_DEVIATION = 1.4826;

const median = (sorted) => (sorted.length % 2 ? sorted[(sorted.length - 1) / 2] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2);

/**
 * Around each reading the median of the unsuspicious ones shortly before it, give or take four robust
 * standard deviations: what an eye would call usual, whatever detector the job has.
 */
export function usualRange(values, severities) {
  const low = [];
  const high = [];
  const recent = [];
  values.forEach((value, i) => {
    if (recent.length >= LEAST) {
      const sorted = [...recent].sort((a, b) => a - b);
      const middle = median(sorted);
      const spread = median(sorted.map((v) => Math.abs(v - middle)).sort((a, b) => a - b)) * TO_DEVIATION * SPREADS;
      low.push(middle - spread);
      high.push(middle + spread);
    } else {
      low.push(null);
      high.push(null);
    }
    if (value !== null && severities[i] < 0) {
      recent.push(value);
      if (recent.length > WINDOW) recent.shift();
    }
  });
  return [low, high];
}

/** Marks anomalies by shape and colour, and the chosen reading by a line. */
function marks(severities, column, chosen, color) {
  return (chart) => {
    const { ctx } = chart;
    const size = 4 * devicePixelRatio;
    if (chosen >= 0) {
      const x = chart.valToPos(chart.data[0][chosen], "x", true);
      ctx.strokeStyle = color("--ink");
      ctx.lineWidth = devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(x, chart.bbox.top);
      ctx.lineTo(x, chart.bbox.top + chart.bbox.height);
      ctx.stroke();
    }
    severities.forEach((severity, i) => {
      const value = chart.data[column][i];
      if (severity < 0 || value === null) return;
      const x = chart.valToPos(chart.data[0][i], "x", true);
      const y = chart.valToPos(value, "y", true);
      ctx.fillStyle = color("--" + SEVERITIES[severity]);
      ctx.beginPath();
      ctx.moveTo(x, y - size);
      ctx.lineTo(x + size, y);
      ctx.lineTo(x, y + size);
      ctx.lineTo(x - size, y);
      ctx.fill();
    });
  };
}

const axis = (color) => ({ stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui" });

/** Times of day, or days when the ticks are so far apart. */
const clock = (chart, ticks) =>
  ticks.map((seconds, i) => {
    const iso = new Date(seconds * 1000).toISOString();
    const step = ticks.length > 1 ? ticks[1] - ticks[0] : 0;
    return step >= 86400 ? iso.slice(5, 10) : i === 0 && step >= 3600 ? iso.slice(5, 16).replace("T", " ") : iso.slice(11, step && step < 60 ? 19 : 16);
  });

/**
 * One curve.
 *
 * `columns` are x in seconds, the value, and further ones that `series` describes. A click gives the
 * index of the nearest reading to `onPick`.
 */
export function Curve({ title, columns, series, severities, chosen, height, range, bands, onPick, theme }) {
  const [box, width] = useWidth();
  const chart = useRef(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  useEffect(() => {
    if (!width) return undefined;
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(name).trim();
    const made = new uPlot(
      {
        width,
        height,
        legend: { show: false },
        cursor: { sync: { key: "sensor" }, points: { show: false }, drag: { x: false, y: false } },
        scales: { x: { time: true }, y: { range } },
        axes: [{ ...axis(color), values: clock, size: 24, space: 90 }, { ...axis(color), size: 56, space: 22 }],
        series: [{}, ...series.map((one) => ({ ...one, stroke: one.stroke && color(one.stroke), points: { show: false } }))],
        bands: bands && [{ series: bands, fill: color("--band") }],
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
        hooks: {
          draw: [marks(severities, 1, chosen, color)],
          ready: [(u) => u.over.addEventListener("click", () => u.cursor.idx !== null && pick.current(u.cursor.idx))],
        },
      },
      columns,
      chart.current,
    );
    return () => made.destroy();
  }, [columns, width, chosen, theme]);
  return html`<figure class="curve" ref=${box}>
    <figcaption>${title}</figcaption>
    <div ref=${chart}></div>
  </figure>`;
}
