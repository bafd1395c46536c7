// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * The solver for {@link OneClassSvm}: sequential minimal optimisation of the dual problem.
 *
 * <p>Minimises half of {@code w K w} over weights from 0 to 1 that add up to {@code nu * rows},
 * moving weight between two rows at a time: to the one of least gradient, from the one that
 * promises the largest gain. Keeps the whole kernel matrix in single precision, 16 MB for 2,000
 * rows. Not thread-safe; used once.
 */
final class SupportVectors {
  /** Difference of gradients at which the solution is good enough, as in LIBSVM. */
  private static final double TOLERANCE = 1e-3;

  private static final int MAX_STEPS_PER_ROW = 100;

  private final int count;
  private final float[][] kernel;
  private final double[] weights;
  private final double[] gradient;

  SupportVectors(double[][] rows, double gamma, double nu) {
    count = rows.length;
    kernel = new float[count][count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j <= i; j++) {
        double square = ReferenceRows.square(rows[i], rows[j]);
        kernel[i][j] = (float) NegativeExponential.of(gamma * square);
        kernel[j][i] = kernel[i][j];
      }
    }
    weights = new double[count];
    gradient = new double[count];
    double left = nu * count;
    for (int i = 0; i < count && left > 0; i++, left--) {
      weights[i] = Math.min(1, left);
      add(i, weights[i]);
    }
  }

  double[] weights() {
    return weights;
  }

  /** Finds the weights; returns the value of the kernel sum on the boundary. */
  double solve() {
    for (long step = (long) MAX_STEPS_PER_ROW * count; step > 0; step--) {
      int to = leastGradient();
      int from = to < 0 ? -1 : mostGain(to);
      if (from < 0) {
        break;
      }
      double curvature = Math.max(2 - 2 * kernel[to][from], 1e-12);
      double move = (gradient[from] - gradient[to]) / curvature;
      move = Math.min(move, Math.min(1 - weights[to], weights[from]));
      // exact at the bounds, so that a row is either a support vector or not
      weights[to] = move == 1 - weights[to] ? 1 : weights[to] + move;
      weights[from] = move == weights[from] ? 0 : weights[from] - move;
      add(to, move);
      add(from, -move);
    }
    return boundary();
  }

  private void add(int row, double weight) {
    float[] column = kernel[row];
    for (int i = 0; i < count; i++) {
      gradient[i] += weight * column[i];
    }
  }

  /** The row to which weight should move, or -1. */
  private int leastGradient() {
    int best = -1;
    for (int i = 0; i < count; i++) {
      if (weights[i] < 1 && (best < 0 || gradient[i] < gradient[best])) {
        best = i;
      }
    }
    return best;
  }

  /** The row from which weight should move, or -1 if none is worth it. */
  private int mostGain(int to) {
    int best = -1;
    double most = 0;
    double widest = 0;
    float[] column = kernel[to];
    for (int i = 0; i < count; i++) {
      double difference = gradient[i] - gradient[to];
      if (weights[i] > 0 && difference > 0) {
        widest = Math.max(widest, difference);
        double gain = difference * difference / Math.max(2 - 2 * column[i], 1e-12);
        if (gain > most) {
          most = gain;
          best = i;
        }
      }
    }
    return widest < TOLERANCE ? -1 : best;
  }

  /** Mean gradient of the rows on the boundary, or else the middle between those on either side. */
  private double boundary() {
    double sum = 0;
    int free = 0;
    double inside = Double.POSITIVE_INFINITY;
    double outside = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      if (weights[i] >= 1) {
        outside = Math.max(outside, gradient[i]);
      } else if (weights[i] <= 0) {
        inside = Math.min(inside, gradient[i]);
      } else {
        sum += gradient[i];
        free++;
      }
    }
    if (free > 0) {
      return sum / free;
    }
    return inside == Double.POSITIVE_INFINITY
        ? outside
        : outside == Double.NEGATIVE_INFINITY ? inside : (inside + outside) / 2;
  }
}
