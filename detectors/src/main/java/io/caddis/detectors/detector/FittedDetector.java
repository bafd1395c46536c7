// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * What a {@link Detector} learned: a function from a row to its raw score.
 *
 * <p>A raw score is higher for more anomalous rows, whatever the sign other libraries use for the
 * same algorithm, and within ±1e150; its unit is the algorithm's own. Immutable and thread-safe.
 */
public interface FittedDetector {
  /** The name of the {@link Detector} that made it. */
  String name();

  /** How many numbers a row has. */
  int dimension();

  /**
   * How anomalous the row is, in the algorithm's own unit.
   *
   * @param row {@link #dimension()} finite numbers; not changed, not kept
   */
  double rawScore(double[] row);

  /**
   * The {@link #rawScore} of each row, the same to the last bit; faster where a detector works on
   * many rows side by side.
   *
   * @param rows each as for {@link #rawScore}
   */
  default double[] rawScores(double[][] rows) {
    double[] scores = new double[rows.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = rawScore(rows[i]);
    }
    return scores;
  }

  /**
   * How much each feature has to do with the raw score of the row. Only the proportions count.
   *
   * @param row as for {@link #rawScore}
   * @param baseline of rows like it
   * @return one weight a feature, 0 or more, finite; all 0 when none stands out
   */
  default double[] contributions(double[] row, Baseline baseline) {
    return baseline.exchanged(this, row);
  }

  /**
   * What one number of a row would be if the row were usual and the others were as they are; NaN
   * when the detector has no idea of its own.
   *
   * @param row as for {@link #rawScore}
   */
  default double expected(double[] row, int column) {
    return Double.NaN;
  }

  /** Writes what {@link Detectors#read} needs to restore it, bit for bit. */
  void write(PayloadWriter out);
}
