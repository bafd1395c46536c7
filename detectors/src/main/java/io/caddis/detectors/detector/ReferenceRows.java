// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A bounded set of training rows in one flat array, and the search for the nearest of them.
 *
 * <p>Brute force: for some hundred rows no index beats it, and its cost is the same for every row
 * but for candidates that are left early. Immutable and thread-safe.
 */
final class ReferenceRows {
  /** Most numbers in a set: 16 MB. */
  static final int MAX_NUMBERS = 1 << 21;

  /** Numbers that are compared between two looks at whether a row is already too far. */
  private static final int STRIDE = 8;

  private final int dimension;
  private final int count;
  private final double[] values;

  private ReferenceRows(int dimension, int count, double[] values) {
    this.dimension = dimension;
    this.count = count;
    this.values = values;
  }

  static ReferenceRows of(double[][] rows) {
    int dimension = rows[0].length;
    double[] values = new double[rows.length * dimension];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, values, i * dimension, dimension);
    }
    return new ReferenceRows(dimension, rows.length, values);
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
    return Arrays.copyOfRange(values, index * dimension, (index + 1) * dimension);
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
    for (int i = 0; i < count; i++) {
      double square = square(row, values, i * dimension, worst);
      if (square == 0 && self) {
        self = false;
      } else if (found < distances.length || square < worst) {
        int at = found < distances.length ? found++ : found - 1;
        for (; at > 0 && distances[at - 1] > square; at--) {
          distances[at] = distances[at - 1];
          indices[at] = indices[at - 1];
        }
        distances[at] = square;
        indices[at] = i;
        worst = found == distances.length ? distances[found - 1] : worst;
      }
    }
    for (int i = 0; i < found; i++) {
      distances[i] = Math.sqrt(distances[i]);
    }
    return found;
  }

  /** The nearest row; the first one if several are. */
  int nearest(double[] row) {
    double least = Double.POSITIVE_INFINITY;
    int nearest = 0;
    for (int i = 0; i < count; i++) {
      double square = square(row, values, i * dimension, least);
      if (square < least) {
        least = square;
        nearest = i;
      }
    }
    return nearest;
  }

  /** Squared distance to one of the rows. */
  double square(double[] row, int index) {
    return square(row, values, index * dimension, Double.POSITIVE_INFINITY);
  }

  /** Squared distance to the row at an offset, or anything from {@code enough} on if it is more. */
  static double square(double[] row, double[] others, int offset, double enough) {
    double sum = 0;
    for (int from = 0; from < row.length && sum < enough; from += STRIDE) {
      int to = Math.min(from + STRIDE, row.length);
      for (int feature = from; feature < to; feature++) {
        double difference = row[feature] - others[offset + feature];
        sum += difference * difference;
      }
    }
    return sum;
  }

  void write(PayloadWriter out) {
    out.i32(count);
    for (double value : values) {
      out.f64(value);
    }
  }

  static ReferenceRows read(int dimension, PayloadReader in) {
    int count = in.count("reference rows", 1, Math.max(1, MAX_NUMBERS / dimension), 8 * dimension);
    double[] values = new double[count * dimension];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.finite("reference value");
    }
    return new ReferenceRows(dimension, count, values);
  }
}
