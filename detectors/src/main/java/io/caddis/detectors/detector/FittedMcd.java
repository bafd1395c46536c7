// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * Center and inverse Cholesky factor of {@link Mcd}: the raw score is the length of {@code factor *
 * (row - center)}.
 */
final class FittedMcd implements FittedDetector {
  private final double[] center;

  /**
   * Lower triangle by rows; only the diagonal with more than {@link Mcd#MAX_CORRELATED} features.
   */
  private final double[] factor;

  FittedMcd(double[] center, double[] factor) {
    this.center = center;
    this.factor = factor;
  }

  /** How many numbers the factor has. */
  static int factorLength(int dimension) {
    return dimension > Mcd.MAX_CORRELATED ? dimension : dimension * (dimension + 1) / 2;
  }

  @Override
  public String name() {
    return Mcd.NAME;
  }

  @Override
  public int dimension() {
    return center.length;
  }

  @Override
  public double rawScore(double[] row) {
    int dimension = center.length;
    double[] offset = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      offset[i] = row[i] - center[i];
    }
    boolean diagonal = dimension > Mcd.MAX_CORRELATED;
    double square = 0;
    int at = 0;
    for (int i = 0; i < dimension; i++) {
      double sum = 0;
      for (int j = diagonal ? i : 0; j <= i; j++) {
        sum += factor[at++] * offset[j];
      }
      square += sum * sum;
    }
    return Detectors.bounded(Math.sqrt(square));
  }

  @Override
  public void write(PayloadWriter out) {
    for (double value : center) {
      out.f64(value);
    }
    for (double value : factor) {
      out.f64(value);
    }
  }

  static FittedMcd read(int dimension, PayloadReader in) {
    double[] center = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      center[i] = in.finite("center");
    }
    double[] factor = new double[factorLength(dimension)];
    for (int i = 0; i < factor.length; i++) {
      factor[i] = in.finite("factor");
    }
    return new FittedMcd(center, factor);
  }
}
