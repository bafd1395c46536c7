// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation;

import io.caddis.detectors.evaluation.Segments.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Volume under the precision-recall and the ROC surface of one series: the area under the curve,
 * averaged over a buffer of 0 to {@code window} rows around each event in which rows count in part.
 * Unlike the area alone it forgives a detector that is a little early or late. NaN when the labels
 * are all alike.
 *
 * <p>Source: Paparrizos et al., "Volume Under the Surface", PVLDB 15 (2022), with 250 thresholds
 * and the existence reward, as the TSB-AD benchmark computes it. O(window × rows).
 *
 * @param roc volume under the ROC surface
 * @param pr volume under the precision-recall surface
 */
public record VolumeUnderSurface(double roc, double pr) {
  private static final int THRESHOLDS = 250;

  /**
   * @param window widest buffer, rows: about the length of an event or of the series' period
   */
  public static VolumeUnderSurface of(double[] scores, boolean[] labels, int window) {
    List<Segment> events = Segments.of(labels);
    int positives = events.stream().mapToInt(Segment::length).sum();
    if (positives == 0 || positives == labels.length) {
      return new VolumeUnderSurface(Double.NaN, Double.NaN);
    }
    Surface surface = new Surface(scores, labels, events, positives, window);
    double roc = 0;
    double pr = 0;
    for (int buffer = 0; buffer <= window; buffer++) {
      double[] areas = surface.areas(buffer);
      roc += areas[0];
      pr += areas[1];
    }
    return new VolumeUnderSurface(roc / (window + 1), pr / (window + 1));
  }

  /** The parts that do not depend on the buffer. */
  private static final class Surface {
    private final double[] scores;
    private final boolean[] labels;
    private final List<Segment> events;
    private final int positives;
    private final int[] order;
    private final double[] thresholds;
    private final int[] flagged;
    private final boolean[] region;

    Surface(double[] scores, boolean[] labels, List<Segment> events, int positives, int window) {
      this.scores = scores;
      this.labels = labels;
      this.events = events;
      this.positives = positives;
      int rows = scores.length;
      order = RankMetrics.descending(scores);
      thresholds = new double[THRESHOLDS];
      flagged = new int[THRESHOLDS];
      for (int t = 0; t < THRESHOLDS; t++) {
        int index = (int) ((long) t * (rows - 1) / (THRESHOLDS - 1));
        thresholds[t] = scores[order[index]];
        int end = index;
        while (end < rows && scores[order[end]] == thresholds[t]) {
          end++;
        }
        flagged[t] = end;
      }
      region = new boolean[rows];
      for (Segment segment : merged(window)) {
        Arrays.fill(region, segment.first(), segment.last() + 1, true);
      }
    }

    /** The events widened by half a buffer on each side, overlapping ones joined. */
    private List<Segment> merged(int buffer) {
      int half = buffer / 2;
      List<Segment> merged = new ArrayList<>();
      int first = Math.max(events.get(0).first() - half, 0);
      for (int i = 0; i + 1 < events.size(); i++) {
        if (events.get(i).last() + half < events.get(i + 1).first() - half) {
          merged.add(new Segment(first, events.get(i).last() + half));
          first = events.get(i + 1).first() - half;
        }
      }
      int last = events.get(events.size() - 1).last() + half;
      merged.add(new Segment(first, Math.min(last, scores.length - 1)));
      return merged;
    }

    /** How much each row counts as anomalous: 1 in an event, falling to the sides of it. */
    private double[] weights(int buffer) {
      double[] weights = new double[scores.length];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = labels[i] ? 1 : 0;
      }
      for (Segment event : buffer == 0 ? List.<Segment>of() : events) {
        for (int d = 1; d <= buffer / 2; d++) {
          double weight = Math.sqrt(1 - (double) d / buffer);
          if (event.last() + d < weights.length) {
            weights[event.last() + d] += weight;
          }
          if (event.first() - d >= 0) {
            weights[event.first() - d] += weight;
          }
        }
      }
      for (int i = 0; i < weights.length; i++) {
        weights[i] = region[i] ? Math.min(weights[i], 1) : 0;
      }
      return weights;
    }

    private double[] areas(int buffer) {
      double[] weights = weights(buffer);
      double[] peaks = merged(buffer).stream().mapToDouble(this::peak).sorted().toArray();
      double truePositives = 0;
      double partial = positives;
      int row = 0;
      double lastTpr = 0;
      double lastFpr = 0;
      double roc = 0;
      double pr = 0;
      for (int t = 0; t < THRESHOLDS; t++) {
        for (; row < flagged[t]; row++) {
          double weight = weights[order[row]];
          truePositives += weight;
          partial += labels[order[row]] ? 0 : weight;
        }
        double total = (positives + partial) / 2;
        double found = (double) atLeast(peaks, thresholds[t]) / peaks.length;
        double tpr = Math.min(truePositives / total, 1) * found;
        double fpr = (flagged[t] - truePositives) / (scores.length - total);
        roc += (fpr - lastFpr) * (tpr + lastTpr) / 2;
        pr += (tpr - lastTpr) * truePositives / flagged[t];
        lastTpr = tpr;
        lastFpr = fpr;
      }
      return new double[] {roc + (1 - lastFpr) * (1 + lastTpr) / 2, pr};
    }

    private double peak(Segment segment) {
      double peak = scores[segment.first()];
      for (int i = segment.first(); i <= segment.last(); i++) {
        peak = Math.max(peak, scores[i]);
      }
      return peak;
    }

    private static int atLeast(double[] sorted, double threshold) {
      int count = 0;
      for (double value : sorted) {
        count += value >= threshold ? 1 : 0;
      }
      return count;
    }
  }
}
