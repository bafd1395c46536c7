// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import io.caddis.detectors.feature.ColumnStatistics;
import java.util.Arrays;

/**
 * The search for the subset of rows whose covariance has the smallest determinant, for {@link Mcd}.
 *
 * <p>Each step takes the covariance of the current subset and makes a subset of the rows that are
 * then nearest (a C-step); the determinant never rises. One start takes the rows nearest to the
 * median of each feature, the others follow from a few random rows; all take two steps on at most
 * 1,500 rows, and the best goes on with up to 10,000 until the determinant stands still. With many
 * features fewer rows are used, so that a fit stays within seconds.
 *
 * <p>Works in units of each feature's robust spread. Not thread-safe; used once.
 */
final class CompactSubset {
  private static final int STARTS = 6;
  private static final int START_ROWS = 1_500;
  private static final int MAX_ROWS = 10_000;
  private static final int MAX_STEPS = 30;
  private static final double RIDGE = 1e-4;

  /** Units beyond which a value counts as this far, so that no square overflows. */
  private static final double FARTHEST = 1e6;

  /** No number of features divided by it overflows. */
  private static final double LEAST_SQUARE = 1e-300;

  private final int dimension;
  private final int reach;
  private final double supportFraction;
  private final SplitMix random;
  private final double[] medians;
  private final double[] units;
  private double[][] sample;

  // of the current subset
  private final double[] mean;
  private final double[][] inverse;
  private double logDeterminant;

  CompactSubset(double[][] rows, double supportFraction, SplitMix random) {
    this.dimension = rows[0].length;
    this.reach = dimension > Mcd.MAX_CORRELATED ? 1 : dimension;
    this.supportFraction = supportFraction;
    this.random = random;
    this.medians = new double[dimension];
    this.units = new double[dimension];
    double[][] columns = Detectors.columns(rows);
    for (int feature = 0; feature < dimension; feature++) {
      ColumnStatistics statistics = ColumnStatistics.of(columns[feature]);
      medians[feature] = statistics.median();
      units[feature] = Math.max(statistics.robustUnit(), 1e-100);
    }
    int affordable = (int) (3e8 / ((double) dimension * reach));
    this.sample = standardised(ReferenceRows.sample(rows, Math.min(MAX_ROWS, affordable), random));
    this.mean = new double[dimension];
    this.inverse = new double[dimension][];
  }

  private double[][] standardised(double[][] rows) {
    double[][] standardised = new double[rows.length][dimension];
    for (int i = 0; i < rows.length; i++) {
      for (int feature = 0; feature < dimension; feature++) {
        double value = (rows[i][feature] - medians[feature]) / units[feature];
        standardised[i][feature] = Math.max(-FARTHEST, Math.min(value, FARTHEST));
      }
    }
    return standardised;
  }

  FittedMcd fit() {
    double[][] all = sample;
    sample = Arrays.copyOf(all, Math.min(all.length, START_ROWS));
    double[] best = squaresFromMedian();
    double least = Double.POSITIVE_INFINITY;
    for (int start = 0; start < STARTS; start++) {
      double[] squares = start == 0 ? squaresFromMedian() : squaresFrom(randomRows());
      for (int step = 0; step < 2; step++) {
        squares = squaresFrom(nearest(squares));
      }
      if (logDeterminant < least) {
        least = logDeterminant;
        best = squares;
      }
    }
    // the best start once more, as its mean and covariance were overwritten
    squaresFrom(nearest(best));
    sample = all;
    double[] squares = squares();
    double previous = Double.POSITIVE_INFINITY;
    for (int step = 0; step < MAX_STEPS; step++) {
      squares = squaresFrom(nearest(squares));
      if (logDeterminant > previous - 1e-9 * Math.abs(previous)) {
        break;
      }
      previous = logDeterminant;
    }
    return fitted(squares);
  }

  private FittedMcd fitted(double[] squares) {
    Arrays.sort(squares);
    double median = ColumnStatistics.quantile(squares, 0.5);
    // median of the chi-square distribution by Wilson and Hilferty
    double root = 1 - 2.0 / (9 * dimension);
    double typical = dimension * root * root * root;
    double factor = median > 0 ? Math.sqrt(typical / Math.max(median, LEAST_SQUARE)) : 1;
    double[] center = new double[dimension];
    double[] triangle = new double[FittedMcd.factorLength(dimension)];
    int at = 0;
    for (int i = 0; i < dimension; i++) {
      center[i] = medians[i] + mean[i] * units[i];
      for (int j = Math.max(0, i - reach + 1); j <= i; j++) {
        triangle[at++] = factor * inverse[i][j - Math.max(0, i - reach + 1)] / units[j];
      }
    }
    return new FittedMcd(center, triangle);
  }

  private double[] squaresFromMedian() {
    double[] squares = new double[sample.length];
    for (int i = 0; i < squares.length; i++) {
      for (double value : sample[i]) {
        squares[i] += value * value;
      }
    }
    return squares;
  }

  private int[] randomRows() {
    int[] picks = new int[Math.min(dimension + 1, sample.length)];
    Arrays.setAll(picks, i -> random.below(sample.length));
    return picks;
  }

  /** The support: the rows of the smallest squares; ties by row number. */
  private int[] nearest(double[] squares) {
    int support = Math.max(1, (int) Math.ceil(supportFraction * squares.length));
    double[] sorted = squares.clone();
    Arrays.sort(sorted);
    double limit = sorted[support - 1];
    int below = 0;
    while (sorted[below] < limit) {
      below++;
    }
    int[] picks = new int[support];
    int used = 0;
    for (int i = 0, ties = support - below; used < support; i++) {
      if (squares[i] < limit || (squares[i] == limit && ties-- > 0)) {
        picks[used++] = i;
      }
    }
    return picks;
  }

  /** Takes mean and covariance of the picks; squared distances of all rows from them. */
  private double[] squaresFrom(int[] picks) {
    Arrays.fill(mean, 0);
    for (int pick : picks) {
      for (int i = 0; i < dimension; i++) {
        mean[i] += sample[pick][i] / picks.length;
      }
    }
    double[][] covariance = new double[dimension][];
    for (int i = 0; i < dimension; i++) {
      covariance[i] = new double[Math.min(i + 1, reach)];
      covariance[i][covariance[i].length - 1] = RIDGE;
    }
    double[] offset = new double[dimension];
    for (int pick : picks) {
      for (int i = 0; i < dimension; i++) {
        offset[i] = sample[pick][i] - mean[i];
        double weighted = offset[i] / picks.length;
        double[] row = covariance[i];
        int first = i + 1 - row.length;
        for (int j = 0; j < row.length; j++) {
          row[j] += weighted * offset[first + j];
        }
      }
    }
    invertCholesky(covariance);
    return squares();
  }

  /** Cholesky factor of the lower triangle in place, then its inverse, row by row. */
  private void invertCholesky(double[][] a) {
    logDeterminant = 0;
    for (int i = 0; i < dimension; i++) {
      int first = i + 1 - a[i].length;
      for (int j = first; j < i; j++) {
        a[i][j - first] = (a[i][j - first] - dot(a[i], a[j], j)) / a[j][j];
      }
      int last = a[i].length - 1;
      double pivot = Math.sqrt(Math.max(a[i][last] - dot(a[i], a[i], last), RIDGE / 2));
      a[i][last] = pivot;
      logDeterminant += 2 * StrictMath.log(pivot);
      double[] row = new double[a[i].length];
      for (int k = first; k < i; k++) {
        double weight = -a[i][k - first] / pivot;
        for (int j = 0; j <= k; j++) {
          row[j] += weight * inverse[k][j];
        }
      }
      row[last] = 1 / pivot;
      inverse[i] = row;
    }
  }

  private static double dot(double[] a, double[] b, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private double[] squares() {
    double[] squares = new double[sample.length];
    double[] offset = new double[dimension];
    for (int i = 0; i < squares.length; i++) {
      for (int j = 0; j < dimension; j++) {
        offset[j] = sample[i][j] - mean[j];
      }
      for (int j = 0; j < dimension; j++) {
        double[] row = inverse[j];
        double sum = 0;
        for (int k = 0, first = j + 1 - row.length; k < row.length; k++) {
          sum += row[k] * offset[first + k];
        }
        squares[i] += sum * sum;
      }
    }
    return squares;
  }
}
