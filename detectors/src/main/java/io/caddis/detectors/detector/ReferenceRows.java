// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A bounded set of training rows in one flat array, and the search for the nearest of them.
 *
 * <p>Brute force: for some hundred rows no index beats it, and its cost is the same for every row.
 * Immutable and thread-safe.
 */
final class ReferenceRows {
  /** Most numbers in a set: 16 MB. */
  static final int MAX_NUMBERS = 1 << 21;

  /** Rows whose distances are computed side by side. */
  static final int BLOCK = 128;

  private final int dimension;
  private final int count;

  /**
   * Block after block, each feature after feature, so that the distances of a block take the same
   * steps and the compiler makes them vector instructions. The last block may be smaller.
   */
  private final double[] values;

  private ReferenceRows(int dimension, int count) {
    this.dimension = dimension;
    this.count = count;
    this.values = new double[count * dimension];
  }

  static ReferenceRows of(double[][] rows) {
    ReferenceRows reference = new ReferenceRows(rows[0].length, rows.length);
    for (int i = 0; i < rows.length; i++) {
      for (int feature = 0; feature < reference.dimension; feature++) {
        reference.values[reference.at(i, feature)] = rows[i][feature];
      }
    }
    return reference;
  }

  private int at(int index, int feature) {
    int from = index - index % BLOCK;
    return from * dimension + feature * blockSize(from) + index - from;
  }

  /** How many rows the block has that starts at row {@code from}, a multiple of {@link #BLOCK}. */
  int blockSize(int from) {
    return Math.min(BLOCK, count - from);
  }

  /**
   * Squared distances to a block of rows.
   *
   * @param from the block's first row
   * @param out receives {@link #blockSize} distances
   */
  void squares(double[] row, int from, double[] out) {
    int size = blockSize(from);
    Arrays.fill(out, 0, size, 0);
    int feature = 0;
    for (; feature + 4 <= dimension; feature += 4) {
      addFour(row, feature, from * dimension + feature * size, size, out);
    }
    for (; feature < dimension; feature++) {
      addOne(row[feature], from * dimension + feature * size, size, out);
    }
  }

  private void addOne(double value, int offset, int size, double[] out) {
    for (int i = 0; i < size; i++) {
      double difference = value - values[offset + i];
      out[i] += difference * difference;
    }
  }

  /** Four times {@link #addOne}, to the last bit, with a quarter of the loads and stores. */
  private void addFour(double[] row, int feature, int offset, int size, double[] out) {
    double a = row[feature];
    double b = row[feature + 1];
    double c = row[feature + 2];
    double d = row[feature + 3];
    int second = offset + size;
    int third = second + size;
    int fourth = third + size;
    for (int i = 0; i < size; i++) {
      double fromA = a - values[offset + i];
      double fromB = b - values[second + i];
      double fromC = c - values[third + i];
      double fromD = d - values[fourth + i];
      double sum = out[i] + fromA * fromA;
      sum += fromB * fromB;
      sum += fromC * fromC;
      out[i] = sum + fromD * fromD;
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
      row[feature] = values[at(index, feature)];
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
    double[] squares = new double[Math.min(BLOCK, count)];
    for (int from = 0; from < count; from += BLOCK) {
      squares(row, from, squares);
      int size = blockSize(from);
      for (int i = 0; i < size; i++) {
        double square = squares[i];
        if (square >= worst && found == distances.length) {
          continue;
        }
        if (square == 0 && self) {
          self = false;
        } else {
          found += found < distances.length ? 1 : 0;
          insert(square, from + i, found - 1, distances, indices);
          worst = distances[found - 1];
        }
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
    double[] squares = new double[Math.min(BLOCK, count)];
    for (int from = 0; from < count; from += BLOCK) {
      squares(row, from, squares);
      int size = blockSize(from);
      for (int i = 0; i < size; i++) {
        if (squares[i] < least) {
          least = squares[i];
          nearest = from + i;
        }
      }
    }
    return nearest;
  }

  /** The squared difference of each number of a row from one of these rows. */
  double[] differences(double[] row, int index) {
    double[] squares = new double[dimension];
    for (int feature = 0; feature < dimension; feature++) {
      double difference = row[feature] - values[at(index, feature)];
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
      sum += values[at(indices[i], feature)] / found;
    }
    return found == 0 ? Double.NaN : sum;
  }

  void write(PayloadWriter out) {
    out.i32(count);
    for (int i = 0; i < count; i++) {
      for (int feature = 0; feature < dimension; feature++) {
        out.f64(values[at(i, feature)]);
      }
    }
  }

  static ReferenceRows read(int dimension, PayloadReader in) {
    int count = in.count("reference rows", 1, Math.max(1, MAX_NUMBERS / dimension), 8 * dimension);
    ReferenceRows reference = new ReferenceRows(dimension, count);
    for (int i = 0; i < count; i++) {
      for (int feature = 0; feature < dimension; feature++) {
        reference.values[reference.at(i, feature)] = in.finite("reference value");
      }
    }
    return reference;
  }
}
