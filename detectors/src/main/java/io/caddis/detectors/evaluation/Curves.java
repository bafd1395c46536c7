// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * What every threshold would give, over the rows of all series together: from the highest threshold
 * to the lowest. No points when the labels are all alike.
 *
 * @param roc share of the normal rows that are flagged, and of the anomalous ones
 * @param precisionRecall share of the anomalous rows that are flagged, and share of the flagged
 *     that are anomalous
 */
public record Curves(List<Point> roc, List<Point> precisionRecall) {
  private static final int MAX_POINTS = 400;

  /** A point of a curve, both from 0 to 1. */
  public record Point(double x, double y) {}

  public static Curves of(List<LabelledSeries> all) {
    int rows = all.stream().mapToInt(LabelledSeries::rows).sum();
    double[] scores = new double[rows];
    boolean[] labels = new boolean[rows];
    int filled = 0;
    for (LabelledSeries series : all) {
      System.arraycopy(series.scores(), 0, scores, filled, series.rows());
      System.arraycopy(series.labels(), 0, labels, filled, series.rows());
      filled += series.rows();
    }
    int[] order = RankMetrics.descending(scores);
    long positives = 0;
    for (boolean label : labels) {
      positives += label ? 1 : 0;
    }
    long negatives = rows - positives;
    if (positives == 0 || negatives == 0) {
      return new Curves(List.of(), List.of());
    }
    List<Point> roc = new ArrayList<>(List.of(new Point(0, 0)));
    List<Point> precisionRecall = new ArrayList<>();
    long found = 0;
    for (int i = 0; i < rows; i++) {
      found += labels[order[i]] ? 1 : 0;
      // rows of equal score are flagged together
      if (i + 1 == rows || scores[order[i + 1]] != scores[order[i]]) {
        double recall = (double) found / positives;
        roc.add(new Point((double) (i + 1 - found) / negatives, recall));
        precisionRecall.add(new Point(recall, (double) found / (i + 1)));
      }
    }
    return new Curves(thinned(roc), thinned(precisionRecall));
  }

  /** The points that differ from the last one kept by a step that can be seen, and the ends. */
  private static List<Point> thinned(List<Point> points) {
    List<Point> kept = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      Point last = kept.isEmpty() ? null : kept.get(kept.size() - 1);
      if (last == null
          || i == points.size() - 1
          || Math.abs(point.x() - last.x()) + Math.abs(point.y() - last.y()) >= 2.0 / MAX_POINTS) {
        kept.add(point);
      }
    }
    return List.copyOf(kept);
  }
}
