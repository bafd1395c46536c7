// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

/**
 * Eigenvectors of a small symmetric matrix by cyclic Jacobi rotations: slow for thousands of rows,
 * exact and simple for the dozens that a sensor has.
 *
 * <p>Source: Golub and Van Loan, Matrix Computations, 4th edition, section 8.5. O(rows³) a sweep,
 * six to ten sweeps.
 */
final class SymmetricEigen {
  private static final int MAX_SWEEPS = 20;
  private static final double CONVERGED = 1e-20;

  /** The eigenvalues, in no order. */
  final double[] values;

  /** {@code double[k][row]}: row k is the eigenvector of {@code values[k]}. */
  final double[][] vectors;

  /**
   * @param matrix {@code double[rows][rows]}, symmetric; is overwritten
   */
  SymmetricEigen(double[][] matrix) {
    int rows = matrix.length;
    vectors = new double[rows][rows];
    for (int i = 0; i < rows; i++) {
      vectors[i][i] = 1;
    }
    for (int sweep = 0; sweep < MAX_SWEEPS && offDiagonal(matrix) > CONVERGED * rows; sweep++) {
      for (int p = 0; p < rows; p++) {
        for (int q = p + 1; q < rows; q++) {
          rotate(matrix, p, q);
        }
      }
    }
    values = new double[rows];
    for (int i = 0; i < rows; i++) {
      values[i] = matrix[i][i];
    }
  }

  private static double offDiagonal(double[][] matrix) {
    double sum = 0;
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < i; j++) {
        sum += matrix[i][j] * matrix[i][j];
      }
    }
    return sum;
  }

  /** Turns the plane of axes p and q so that their entry becomes zero. */
  private void rotate(double[][] matrix, int p, int q) {
    double entry = matrix[p][q];
    if (Math.abs(entry) < 1e-15) {
      return;
    }
    double theta = (matrix[q][q] - matrix[p][p]) / (2 * entry);
    double tangent = 1 / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    tangent = theta < 0 ? -tangent : tangent;
    double cosine = 1 / Math.sqrt(tangent * tangent + 1);
    double sine = tangent * cosine;
    for (double[] row : matrix) {
      double x = row[p];
      double y = row[q];
      row[p] = cosine * x - sine * y;
      row[q] = sine * x + cosine * y;
    }
    turn(matrix[p], matrix[q], cosine, sine);
    turn(vectors[p], vectors[q], cosine, sine);
  }

  private static void turn(double[] rowP, double[] rowQ, double cosine, double sine) {
    for (int k = 0; k < rowP.length; k++) {
      double x = rowP[k];
      double y = rowQ[k];
      rowP[k] = cosine * x - sine * y;
      rowQ[k] = sine * x + cosine * y;
    }
  }
}
