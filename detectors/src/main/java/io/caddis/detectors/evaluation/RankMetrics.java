// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How well scores rank anomalous rows above normal ones, whatever the threshold. NaN where the
 * labels are all alike.
 *
 * @param rocAuc area under the ROC curve: the chance that an anomalous row scores higher than a
 *     normal one, ties counting half
 * @param averagePrecision mean precision over the recall steps (not interpolated)
 * @param bestF1 the highest F1 over all thresholds: optimistic, because it knows the labels
 * @param bestThreshold the score from which on rows are flagged at that F1
 */
public record RankMetrics(
    double rocAuc, double averagePrecision, double bestF1, double bestThreshold) {

  /** Measures rows in any order. */
  public static RankMetrics of(double[] scores, boolean[] labels) {
    int rows = scores.length;
    int[] order = descending(scores);
    long positives = 0;
    for (boolean label : labels) {
      positives += label ? 1 : 0;
    }
    long negatives = rows - positives;
    double concordant = 0;
    double averagePrecision = 0;
    double bestF1 = Double.NaN;
    double bestThreshold = Double.NaN;
    long truePositives = 0;
    long flagged = 0;
    for (int i = 0; i < rows; ) {
      double score = scores[order[i]];
      long tiedPositives = 0;
      int next = i;
      while (next < rows && scores[order[next]] == score) {
        tiedPositives += labels[order[next]] ? 1 : 0;
        next++;
      }
      long tiedNegatives = next - i - tiedPositives;
      concordant += tiedNegatives * (truePositives + tiedPositives / 2.0);
      truePositives += tiedPositives;
      flagged += next - i;
      averagePrecision += (double) tiedPositives / positives * truePositives / flagged;
      double f1 = 2.0 * truePositives / (flagged + positives);
      if (positives > 0 && !(f1 <= bestF1)) {
        bestF1 = f1;
        bestThreshold = score;
      }
      i = next;
    }
    return new RankMetrics(
        positives == 0 || negatives == 0 ? Double.NaN : concordant / positives / negatives,
        positives == 0 ? Double.NaN : averagePrecision,
        bestF1,
        bestThreshold);
  }

  /** The rows from the highest score to the lowest, those of equal score as they came. */
  static int[] descending(double[] scores) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> scores[i]).reversed())
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
