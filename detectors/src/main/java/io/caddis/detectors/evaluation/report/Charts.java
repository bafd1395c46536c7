// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation.report;

import io.caddis.detectors.evaluation.Curves;
import io.caddis.detectors.evaluation.LabelledSeries;
import io.caddis.detectors.evaluation.RateStability;
import java.util.List;
import java.util.Locale;

/** The charts of curves, distributions and rates. */
final class Charts {
  private static final int SIDE = 360;
  private static final int WIDE = 760;
  private static final int LOW = 260;
  private static final int BINS = 40;

  private Charts() {}

  /** A curve in the unit square, and the point at which the detector works. */
  static String curve(
      String title,
      String xName,
      String yName,
      List<Curves.Point> points,
      Curves.Point chosen,
      boolean diagonal) {
    Svg svg = new Svg(SIDE, SIDE, title);
    Axis x = new Axis(0, 1, 48, SIDE - 12);
    Axis y = new Axis(0, 1, SIDE - 44, 28);
    frame(svg, x, y, x.ticks(5), y.ticks(5), xName, yName);
    if (diagonal) {
      svg.line("chance", x.at(0), y.at(0), x.at(1), y.at(1));
    }
    StringBuilder path = new StringBuilder();
    for (Curves.Point point : points) {
      Svg.point(path, path.isEmpty() ? 'M' : 'L', x.at(point.x()), y.at(point.y()));
    }
    if (path.isEmpty()) {
      svg.text("nothing", (x.from() + x.to()) / 2, (y.from() + y.to()) / 2, "labels are all alike");
    } else {
      svg.path("curve", path);
    }
    if (!Double.isNaN(chosen.x()) && !Double.isNaN(chosen.y())) {
      svg.dot(
          "chosen",
          x.at(chosen.x()),
          y.at(chosen.y()),
          5,
          String.format(
              Locale.ROOT,
              "at the detector's threshold: %s %.3f, %s %.3f",
              xName,
              chosen.x(),
              yName,
              chosen.y()));
    }
    return svg.toString();
  }

  /** How the scores of normal and anomalous readings are spread, each as a share of its own. */
  static String histogram(List<LabelledSeries> all, double threshold) {
    long[][] counts = new long[2][BINS];
    long[] totals = new long[2];
    for (LabelledSeries series : all) {
      for (int i = 0; i < series.rows(); i++) {
        int kind = series.labels()[i] ? 1 : 0;
        int bin = (int) (Math.max(0, Math.min(series.scores()[i], 1)) * BINS);
        counts[kind][Math.min(bin, BINS - 1)]++;
        totals[kind]++;
      }
    }
    double highest = 0;
    for (int kind = 0; kind < 2; kind++) {
      for (long count : counts[kind]) {
        highest = Math.max(highest, (double) count / Math.max(1, totals[kind]));
      }
    }
    Svg svg = new Svg(WIDE, LOW, "Histogram of scores, normal against anomalous readings");
    Axis x = new Axis(0, 1, 52, WIDE - 12);
    Axis y = new Axis(0, 100 * highest * 1.08, LOW - 44, 28);
    frame(svg, x, y, x.ticks(10), y.ticks(4), "score", "% of its kind");
    String[] styles = {"normal", "anomalous"};
    double width = (x.at(1) - x.at(0)) / BINS;
    for (int bin = 0; bin < BINS; bin++) {
      for (int kind = 0; kind < 2; kind++) {
        double share = 100.0 * counts[kind][bin] / Math.max(1, totals[kind]);
        if (share > 0) {
          String hint =
              String.format(
                  Locale.ROOT,
                  "score %.3f to %.3f: %,d %s (%.2f %%)",
                  (double) bin / BINS,
                  (bin + 1.0) / BINS,
                  counts[kind][bin],
                  styles[kind],
                  share);
          double left = x.at((double) bin / BINS) + 1 + kind * (width - 2) / 2;
          double top = Math.min(y.at(share), y.at(0) - 1);
          svg.box("bar " + styles[kind], left, top, (width - 2) / 2, y.at(0) - top, hint);
        }
      }
    }
    svg.line("threshold", x.at(threshold), y.from(), x.at(threshold), y.to());
    return svg.toString();
  }

  /** The share of flagged readings in each window of event time, beside the expected share. */
  static String rates(RateStability stability) {
    List<RateStability.Window> windows = stability.windows();
    double highest = stability.expected();
    for (RateStability.Window window : windows) {
      highest = Math.max(highest, window.rate());
    }
    Svg svg = new Svg(WIDE, LOW, "Share of flagged readings over time");
    RateStability.Window last = windows.get(windows.size() - 1);
    Axis x = new Axis(windows.get(0).start(), last.end(), 52, WIDE - 12);
    Axis y = new Axis(0, Math.max(1e-6, 100 * highest * 1.08), LOW - 44, 28);
    frame(svg, x, y, x.times(5), y.ticks(4), "event time (UTC)", "% flagged");
    for (RateStability.Window window : windows) {
      double left = x.at(window.start()) + 1;
      double top = Math.min(y.at(100 * window.rate()), y.at(0) - 1);
      svg.box(
          "bar normal",
          left,
          top,
          Math.max(1, x.at(window.end()) - left - 1),
          y.at(0) - top,
          String.format(
              Locale.ROOT,
              "%,d of %,d readings flagged (%.2f %%)",
              window.flagged(),
              window.readings(),
              100 * window.rate()));
    }
    double expected = y.at(100 * stability.expected());
    svg.line("threshold", x.from(), expected, x.to(), expected);
    return svg.toString();
  }

  /** Axes with their marks and names. */
  static void frame(
      Svg svg, Axis x, Axis y, List<Axis.Tick> xs, List<Axis.Tick> ys, String xName, String yName) {
    for (Axis.Tick tick : ys) {
      svg.line("grid", x.from(), y.at(tick.value()), x.to(), y.at(tick.value()));
      svg.text("tick end", x.from() - 6, y.at(tick.value()) + 4, tick.label());
    }
    for (int i = 0; i < xs.size(); i++) {
      Axis.Tick tick = xs.get(i);
      double at = x.at(tick.value());
      svg.line("grid", at, y.from(), at, y.from() + 4);
      boolean wide = tick.label().length() > 6;
      String align = wide && i == 0 ? "start" : wide && i == xs.size() - 1 ? "end" : "middle";
      svg.text("tick " + align, at, y.from() + 17, tick.label());
    }
    svg.line("axis", x.from(), y.from(), x.to(), y.from());
    svg.text("name middle", (x.from() + x.to()) / 2, y.from() + 36, xName);
    svg.text("name start", 4, 13, "\u2191 " + yName);
  }
}
