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

  /**
   * The terms of the squared distance, one a feature: the offset times that which the other
   * features would give it. Terms below 0, of features that make others look better, count 0.
   */
  @Override
  public double[] contributions(double[] row, Baseline baseline) {
    double[] terms = pull(row);
    for (int i = 0; i < terms.length; i++) {
      terms[i] *= row[i] - center[i];
    }
    return baseline.byFeature(terms);
  }

  /** The value that brings the row nearest to the center while the others stay. */
  @Override
  public double expected(double[] row, int column) {
    double curvature = 0;
    for (int i = column; i < center.length; i++) {
      double entry = entry(i, column);
      curvature += entry * entry;
    }
    return curvature > 0 ? row[column] - pull(row)[column] / curvature : center[column];
  }

  /** Half the gradient of the squared distance: {@code factor' * factor * (row - center)}. */
  private double[] pull(double[] row) {
    double[] pull = new double[center.length];
    for (int i = 0; i < center.length; i++) {
      int first = center.length > Mcd.MAX_CORRELATED ? i : 0;
      double along = 0;
      for (int j = first; j <= i; j++) {
        along += entry(i, j) * (row[j] - center[j]);
      }
      for (int j = first; j <= i; j++) {
        pull[j] += entry(i, j) * along;
      }
    }
    return pull;
  }

  private double entry(int i, int j) {
    if (center.length > Mcd.MAX_CORRELATED) {
      return i == j ? factor[i] : 0;
    }
    return factor[i * (i + 1) / 2 + j];
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
