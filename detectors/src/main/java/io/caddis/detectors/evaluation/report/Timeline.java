// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation.report;

import io.caddis.detectors.evaluation.LabelledSeries;
import java.util.Arrays;
import java.util.Locale;

/** The scores of one sensor over time: labelled intervals, threshold and flagged readings. */
final class Timeline {
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 170;
  private static final int COLUMNS = 470;

  private Timeline() {}

  static String of(LabelledSeries series, double threshold) {
    Svg svg = new Svg(WIDTH, HEIGHT, "Scores of " + series.key() + " over time");
    int rows = series.rows();
    Axis x = new Axis(series.timestamps()[0], series.timestamps()[rows - 1], 40, WIDTH - 10);
    Axis y = new Axis(0, 1, HEIGHT - 24, 10);
    labels(svg, series, x, y);
    for (Axis.Tick tick : y.ticks(2)) {
      svg.line("grid", x.from(), y.at(tick.value()), x.to(), y.at(tick.value()));
      svg.text("tick end", x.from() - 6, y.at(tick.value()) + 4, tick.label());
    }
    int tickCount = 6;
    for (int i = 0; i < tickCount; i++) {
      Axis.Tick tick = x.times(tickCount).get(i);
      String align = i == 0 ? "start" : i == tickCount - 1 ? "end" : "middle";
      svg.text("tick " + align, x.at(tick.value()), y.from() + 17, tick.label());
    }
    scores(svg, series, x, y);
    svg.line("threshold", x.from(), y.at(threshold), x.to(), y.at(threshold));
    return svg.toString();
  }

  private static void labels(Svg svg, LabelledSeries series, Axis x, Axis y) {
    for (int i = 0; i < series.rows(); i++) {
      if (series.labels()[i]) {
        int first = i;
        while (i + 1 < series.rows() && series.labels()[i + 1]) {
          i++;
        }
        double left = x.at(series.timestamps()[first]);
        double width = Math.max(2, x.at(series.timestamps()[i]) - left);
        svg.box("label", left, y.to(), width, y.from() - y.to(), "labelled anomalous");
      }
    }
  }

  /** The lowest and the highest score of each column of the drawing, and its flagged readings. */
  private static void scores(Svg svg, LabelledSeries series, Axis x, Axis y) {
    int columns = Math.min(COLUMNS, series.rows());
    double[] lowest = new double[columns];
    double[] highest = new double[columns];
    int[] flagged = new int[columns];
    Arrays.fill(lowest, Double.POSITIVE_INFINITY);
    Arrays.fill(highest, Double.NEGATIVE_INFINITY);
    Arrays.fill(flagged, -1);
    Axis column = new Axis(x.min(), x.max(), 0, columns - 1e-6);
    for (int i = 0; i < series.rows(); i++) {
      int at = (int) column.at(series.timestamps()[i]);
      double score = series.scores()[i];
      lowest[at] = Math.min(lowest[at], score);
      highest[at] = Math.max(highest[at], score);
      if (series.flags()[i] && (flagged[at] < 0 || score > series.scores()[flagged[at]])) {
        flagged[at] = i;
      }
    }
    StringBuilder path = new StringBuilder();
    for (int at = 0; at < columns; at++) {
      if (highest[at] >= lowest[at]) {
        double place = x.from() + (at + 0.5) / columns * (x.to() - x.from());
        Svg.point(path, path.isEmpty() ? 'M' : 'L', place, y.at(highest[at]));
        if (highest[at] > lowest[at]) {
          Svg.point(path, 'L', place, y.at(lowest[at]));
        }
      }
    }
    svg.path("score", path);
    for (int row : flagged) {
      if (row >= 0) {
        double score = series.scores()[row];
        svg.dot(
            series.labels()[row] ? "hit" : "miss",
            x.at(series.timestamps()[row]),
            y.at(score),
            2.6,
            String.format(
                Locale.ROOT,
                "%s  score %.3f",
                java.time.Instant.ofEpochMilli(series.timestamps()[row]),
                score));
      }
    }
  }
}
