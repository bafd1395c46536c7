// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.util.Arrays;

/**
 * The matrix that takes correlated features apart: symmetric, a function of their correlation
 * matrix R. For {@link Spectrum#RIDGE} (1 - r) R + r I to the power -1/2, so that the squares of
 * the white values add up to the Mahalanobis distance and each belongs to one feature.
 *
 * <p>Sources: Garthwaite and Koch, "Evaluating the contributions of individual variables to a
 * quadratic form", 2016; for {@link Spectrum#SUBSPACE} Jackson and Mudholkar, "Control procedures
 * for residuals associated with principal component analysis", 1979.
 */
final class Whitening {
  /** What is done with directions of little variance. */
  enum Spectrum {
    /** Every direction counts by its variance, plus a ridge. */
    RIDGE,
    /** The leading ones by their variance (T²), all others by the mean of theirs (Q). */
    SUBSPACE
  }

  /** Share of the variance that the leading directions hold. */
  private static final double LEADING = 0.9;

  private static final double RIDGE = 0.1;

  private Whitening() {}

  /**
   * @param covariance its lower triangle is read
   * @param into gets the matrix, both triangles
   */
  static void of(double[][] covariance, Spectrum spectrum, double[][] into) {
    int features = covariance.length;
    double[][] matrix = new double[features][features];
    for (int j = 0; j < features; j++) {
      for (int k = 0; k <= j; k++) {
        double product = Math.sqrt(covariance[j][j]) * Math.sqrt(covariance[k][k]);
        double correlation = product > 0 ? covariance[j][k] / product : 0;
        matrix[j][k] = j == k ? 1 : (1 - RIDGE) * correlation;
        matrix[k][j] = matrix[j][k];
      }
    }
    SymmetricEigen eigen = new SymmetricEigen(matrix);
    double[] factors = factors(eigen.values, spectrum);
    for (int j = 0; j < features; j++) {
      double[] row = into[j];
      Arrays.fill(row, 0);
      for (int v = 0; v < features; v++) {
        double[] vector = eigen.vectors[v];
        double own = vector[j];
        double factor = factors[v];
        for (int k = 0; k < features; k++) {
          row[k] += own * vector[k] * factor;
        }
      }
    }
  }

  private static double[] factors(double[] eigenvalues, Spectrum spectrum) {
    int features = eigenvalues.length;
    double[] variances = new double[features];
    for (int v = 0; v < features; v++) {
      variances[v] = Math.max(eigenvalues[v], RIDGE / 2);
    }
    if (spectrum == Spectrum.SUBSPACE) {
      double[] descending = variances.clone();
      Arrays.sort(descending);
      double held = 0;
      int leading = 0;
      while (leading < features && held < LEADING * features) {
        held += descending[features - 1 - leading++];
      }
      double residual = 0;
      for (int v = 0; v < features - leading; v++) {
        residual += descending[v] / (features - leading);
      }
      double cut = descending[features - leading];
      for (int v = 0; v < features; v++) {
        variances[v] = variances[v] >= cut ? variances[v] : residual;
      }
    }
    for (int v = 0; v < features; v++) {
      variances[v] = 1 / Math.sqrt(variances[v]);
    }
    return variances;
  }
}
