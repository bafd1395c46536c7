// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

/**
 * What the values of a reading that are there lead to expect of the others: where the distance is
 * least, in steps of Gauss and Seidel. Their means would contradict the others.
 */
final class MissingValues {
  /** Rounds in which missing values are made to agree with the others and with each other. */
  static final int SWEEPS = 3;

  private MissingValues() {}

  /**
   * Gives one feature the value at which the distance is least, given all others.
   *
   * @param row of the feature, in a symmetric matrix that takes features apart
   * @param white values that this matrix has made, changed, from {@code white[from]} on
   * @return by how much the feature's own value was changed, in its scale
   */
  static double step(double[] row, int from, double[] white) {
    double gradient = 0;
    double curvature = 0;
    for (int k = 0; k < row.length; k++) {
      gradient += row[k] * white[from + k];
      curvature += row[k] * row[k];
    }
    if (curvature <= 0) {
      return 0;
    }
    for (int k = 0; k < row.length; k++) {
      white[from + k] -= row[k] * gradient / curvature;
    }
    return -gradient / curvature;
  }

  /**
   * How far from their levels the missing values of a reading are expected to be.
   *
   * @param whitening a symmetric matrix that takes features apart
   * @param known how far the values are from their levels, in scales; NaN where they are missing
   * @return the same of those that are missing, 0 for the others
   */
  static double[] steps(double[][] whitening, double[] known) {
    double[] white = new double[known.length];
    for (int j = 0; j < known.length; j++) {
      double value = Double.isNaN(known[j]) ? 0 : known[j];
      for (int k = 0; k < known.length; k++) {
        white[k] += whitening[j][k] * value;
      }
    }
    double[] steps = new double[known.length];
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      for (int j = 0; j < known.length; j++) {
        if (Double.isNaN(known[j])) {
          steps[j] += step(whitening[j], 0, white);
        }
      }
    }
    return steps;
  }
}
