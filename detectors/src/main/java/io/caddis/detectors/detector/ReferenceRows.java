// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A bounded set of training rows, and the search for the nearest of them.
 *
 * <p>Brute force: for some hundred rows no index beats it, and its cost is the same for every row.
 * Immutable and thread-safe.
 */
final class ReferenceRows {
  /** Most numbers in a set: 16 MB. */
  static final int MAX_NUMBERS = 1 << 21;

  private final int dimension;
  private final int count;

  /**
   * {@code double[features][rows]}: one array a feature, all walked with the same index, because
   * only so does the compiler make the distances vector instructions. Offsets into one flat array
   * would keep it from proving that what is written is not read.
   */
  private final double[][] columns;

  private ReferenceRows(int dimension, int count) {
    this.dimension = dimension;
    this.count = count;
    this.columns = new double[dimension][count];
  }

  static ReferenceRows of(double[][] rows) {
    ReferenceRows reference = new ReferenceRows(rows[0].length, rows.length);
    for (int i = 0; i < rows.length; i++) {
      for (int feature = 0; feature < reference.dimension; feature++) {
        reference.columns[feature][i] = rows[i][feature];
      }
    }
    return reference;
  }

  /** The squared distance of a row to each of these rows. */
  double[] squares(double[] row) {
    double[] sums = new double[count];
    int feature = 0;
    for (; feature + 4 <= dimension; feature += 4) {
      addFour(row, feature, sums);
    }
    for (; feature < dimension; feature++) {
      addOne(row[feature], columns[feature], sums);
    }
    return sums;
  }

  private static void addOne(double value, double[] column, double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      double difference = value - column[i];
      sums[i] += difference * difference;
    }
  }

  /** Four times {@link #addOne}, to the last bit, with a quarter of the loads and stores. */
  private void addFour(double[] row, int feature, double[] sums) {
    double a = row[feature];
    double b = row[feature + 1];
    double c = row[feature + 2];
    double d = row[feature + 3];
    double[] first = columns[feature];
    double[] second = columns[feature + 1];
    double[] third = columns[feature + 2];
    double[] fourth = columns[feature + 3];
    for (int i = 0; i < sums.length; i++) {
      double fromA = a - first[i];
      double fromB = b - second[i];
      double fromC = c - third[i];
      double fromD = d - fourth[i];
      double sum = sums[i] + fromA * fromA;
      sum += fromB * fromB;
      sum += fromC * fromC;
      sums[i] = sum + fromD * fromD;
    }
  }

  /** At most so many of the rows, drawn without replacement, fewer where rows are long. */
  static double[][] sample(double[][] rows, int most, SplitMix random) {
    int kept = Math.min(Math.min(rows.length, most), Math.max(1, MAX_NUMBERS / rows[0].length));
    double[][] order = rows.clone();
    for (int i = 0; i < kept; i++) {
      int pick = i + random.below(order.length - i);
      double[] row = order[pick];
      order[pick] = order[i];
      order[i] = row;
    }
    return Arrays.copyOf(order, kept);
  }

  /**
   * A sample without the share that the forest finds most anomalous: a reference of what is usual
   * must not hold the anomalies that it is to find.
   */
  static double[][] cleanSample(
      double[][] rows, int most, double drop, FittedDetector forest, SplitMix random) {
    double[][] sample = sample(rows, (int) Math.ceil(most / (1 - drop)), random);
    double[] scores = new double[sample.length];
    Arrays.setAll(scores, i -> forest.rawScore(sample[i]));
    return IntStream.range(0, sample.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> scores[i]))
        .limit(Math.min(most, sample.length - (int) (drop * sample.length)))
        .sorted()
        .map(i -> sample[i])
        .toArray(double[][]::new);
  }

  int count() {
    return count;
  }

  int dimension() {
    return dimension;
  }

  /** A copy of one of the rows. */
  double[] row(int index) {
    double[] row = new double[dimension];
    for (int feature = 0; feature < dimension; feature++) {
      row[feature] = columns[feature][index];
    }
    return row;
  }

  /**
   * Finds the nearest rows. The first row that equals the given one is passed over: it is taken to
   * be the row itself, so that training rows are judged like new ones.
   *
   * @param distances receives the distances, ascending; its length is how many are sought
   * @param indices receives which rows they are; as long
   * @return how many were found: fewer than sought if there are no more
   */
  int nearest(double[] row, double[] distances, int[] indices) {
    int found = 0;
    boolean self = true;
    double worst = Double.POSITIVE_INFINITY;
    double[] squares = squares(row);
    for (int i = 0; i < squares.length; i++) {
      double square = squares[i];
      if (square >= worst && found == distances.length) {
        continue;
      }
      if (square == 0 && self) {
        self = false;
      } else {
        found += found < distances.length ? 1 : 0;
        insert(square, i, found - 1, distances, indices);
        worst = distances[found - 1];
      }
    }
    for (int i = 0; i < found; i++) {
      distances[i] = Math.sqrt(distances[i]);
    }
    return found;
  }

  private static void insert(
      double square, int index, int last, double[] distances, int[] indices) {
    int at = last;
    for (; at > 0 && distances[at - 1] > square; at--) {
      distances[at] = distances[at - 1];
      indices[at] = indices[at - 1];
    }
    distances[at] = square;
    indices[at] = index;
  }

  /** The nearest row; the first one if several are. */
  int nearest(double[] row) {
    double least = Double.POSITIVE_INFINITY;
    int nearest = 0;
    double[] squares = squares(row);
    for (int i = 0; i < squares.length; i++) {
      if (squares[i] < least) {
        least = squares[i];
        nearest = i;
      }
    }
    return nearest;
  }

  /** The squared difference of each number of a row from one of these rows. */
  double[] differences(double[] row, int index) {
    double[] squares = new double[dimension];
    for (int feature = 0; feature < dimension; feature++) {
      double difference = row[feature] - columns[feature][index];
      squares[feature] = difference * difference;
    }
    return squares;
  }

  /** Squared distance between two rows. */
  static double square(double[] row, double[] other) {
    double sum = 0;
    for (int feature = 0; feature < row.length; feature++) {
      double difference = row[feature] - other[feature];
      sum += difference * difference;
    }
    return sum;
  }

  /**
   * What each feature contributes to the distances from the neighbours of a row: {@code d(distance)
   * / d(square)} times its square, summed up.
   */
  double[] contributions(double[] row, int neighbors) {
    double[] distances = new double[neighbors];
    int[] indices = new int[neighbors];
    int found = nearest(row, distances, indices);
    double[] sums = new double[dimension];
    for (int i = 0; i < found; i++) {
      if (distances[i] > 0) {
        double[] squares = differences(row, indices[i]);
        for (int feature = 0; feature < dimension; feature++) {
          sums[feature] += squares[feature] / distances[i];
        }
      }
    }
    return sums;
  }

  /** Mean of one feature over the neighbours of a row; NaN of none. */
  double mean(double[] row, int neighbors, int feature) {
    int[] indices = new int[neighbors];
    int found = nearest(row, new double[neighbors], indices);
    double sum = 0;
    for (int i = 0; i < found; i++) {
      sum += columns[feature][indices[i]] / found;
    }
    return found == 0 ? Double.NaN : sum;
  }

  void write(PayloadWriter out) {
    out.i32(count);
    for (int i = 0; i < count; i++) {
      for (int feature = 0; feature < dimension; feature++) {
        out.f64(columns[feature][i]);
      }
    }
  }

  static ReferenceRows read(int dimension, PayloadReader in) {
    int count = in.count("reference rows", 1, Math.max(1, MAX_NUMBERS / dimension), 8 * dimension);
    ReferenceRows reference = new ReferenceRows(dimension, count);
    for (int i = 0; i < count; i++) {
      for (int feature = 0; feature < dimension; feature++) {
        reference.columns[feature][i] = in.finite("reference value");
      }
    }
    return reference;
  }
}
