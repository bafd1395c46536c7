// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation;

import java.util.List;

/**
 * How good the detector's own decisions are, row by row. Rates are NaN when nothing is there to
 * measure them on.
 *
 * @param truePositives anomalous rows flagged
 * @param falsePositives normal rows flagged
 * @param falseNegatives anomalous rows not flagged
 * @param trueNegatives normal rows not flagged
 */
public record DecisionMetrics(
    long truePositives, long falsePositives, long falseNegatives, long trueNegatives) {

  public static DecisionMetrics of(List<LabelledSeries> all) {
    long[] counts = new long[4];
    for (LabelledSeries series : all) {
      for (int i = 0; i < series.rows(); i++) {
        counts[(series.labels()[i] ? 0 : 1) + (series.flags()[i] ? 0 : 2)]++;
      }
    }
    return new DecisionMetrics(counts[0], counts[1], counts[2], counts[3]);
  }

  /** The same with one more row. */
  public DecisionMetrics with(boolean anomalous, boolean flagged) {
    return new DecisionMetrics(
        truePositives + (anomalous && flagged ? 1 : 0),
        falsePositives + (!anomalous && flagged ? 1 : 0),
        falseNegatives + (anomalous && !flagged ? 1 : 0),
        trueNegatives + (!anomalous && !flagged ? 1 : 0));
  }

  /** Rows that are anomalous. */
  public long anomalous() {
    return truePositives + falseNegatives;
  }

  /** Rows that are normal. */
  public long normal() {
    return falsePositives + trueNegatives;
  }

  public double precision() {
    return (double) truePositives / (truePositives + falsePositives);
  }

  public double recall() {
    return (double) truePositives / (truePositives + falseNegatives);
  }

  public double f1() {
    return 2.0 * truePositives / (2 * truePositives + falsePositives + falseNegatives);
  }

  /** False-alarm rate: share of the normal rows that are flagged. */
  public double falseAlarmRate() {
    return (double) falsePositives / (falsePositives + trueNegatives);
  }

  /** Missed-alarm rate: share of the anomalous rows that are not flagged. */
  public double missedAlarmRate() {
    return (double) falseNegatives / (falseNegatives + truePositives);
  }
}
