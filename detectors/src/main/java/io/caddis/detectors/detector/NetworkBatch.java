// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;

/**
 * The network of an {@link Autoencoder} run on many rows side by side.
 *
 * <p>Every number takes the same steps as in {@link FittedAutoencoder#rawScore}, so that a row has
 * the same score to the last bit, alone or among others. There is one array a feature and a unit,
 * all walked with the same index, which the compiler makes vector instructions. Not thread-safe.
 */
final class NetworkBatch {
  private static final int MOST_ROWS = 256;

  /** Numbers of the rows that are held at a time: few enough for a cache. */
  private static final int MOST_NUMBERS = 1 << 15;

  private final FittedAutoencoder network;
  private final int size;

  /** {@code double[features][rows]}: in their own units, then as the network sees them. */
  private final double[][] values;

  private final double[][] inputs;

  /** {@code double[units][rows]}. */
  private final double[][] hidden;

  private final double[] outputs;
  private final double[] sums;

  /**
   * @param count rows that are to be scored, 0 or more
   */
  NetworkBatch(FittedAutoencoder network, int count) {
    int dimension = network.dimension();
    this.network = network;
    this.size = Math.min(count, Math.max(8, Math.min(MOST_ROWS, MOST_NUMBERS / dimension)));
    this.values = new double[dimension][size];
    this.inputs = new double[dimension][size];
    this.hidden = new double[network.width()][size];
    this.outputs = new double[size];
    this.sums = new double[size];
  }

  double[] rawScores(double[][] rows) {
    double[] scores = new double[rows.length];
    for (int from = 0; from < rows.length; from += size) {
      int to = Math.min(from + size, rows.length);
      read(rows, from, to);
      run();
      for (int i = from; i < to; i++) {
        scores[i] = Detectors.bounded(sums[i - from] / values.length);
      }
    }
    return scores;
  }

  /** Takes in the rows; behind the last ones stay those before, whose results nobody looks at. */
  private void read(double[][] rows, int from, int to) {
    for (int i = from; i < to; i++) {
      double[] row = rows[i];
      for (int feature = 0; feature < values.length; feature++) {
        values[feature][i - from] = row[feature];
      }
    }
    for (int feature = 0; feature < values.length; feature++) {
      standardise(
          values[feature], network.centers()[feature], network.units()[feature], inputs[feature]);
    }
  }

  private static void standardise(double[] values, double center, double unit, double[] inputs) {
    for (int i = 0; i < inputs.length; i++) {
      double value = (values[i] - center) / unit;
      values[i] = value;
      inputs[i] = FittedAutoencoder.limited(value);
    }
  }

  private void run() {
    int at = 0;
    for (double[] unit : hidden) {
      at = unit(inputs, unit, at);
      for (int i = 0; i < unit.length; i++) {
        unit[i] = NegativeExponential.tanh(unit[i]);
      }
    }
    Arrays.fill(sums, 0);
    for (double[] value : values) {
      at = unit(hidden, outputs, at);
      addErrors(value, outputs, sums);
    }
  }

  /** One unit of a layer: its bias and its weights begin at {@code start}. */
  private int unit(double[][] from, double[] to, int start) {
    double[] weights = network.weights();
    int at = start;
    Arrays.fill(to, weights[at++]);
    int i = 0;
    for (; i + 4 <= from.length; i += 4, at += 4) {
      addFour(weights, at, from, i, to);
    }
    for (; i < from.length; i++) {
      addOne(weights[at++], from[i], to);
    }
    return at;
  }

  private static void addOne(double weight, double[] from, double[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += weight * from[i];
    }
  }

  /** Four times {@link #addOne}, to the last bit, with a quarter of the loads and stores. */
  private static void addFour(double[] weights, int at, double[][] from, int index, double[] to) {
    double a = weights[at];
    double b = weights[at + 1];
    double c = weights[at + 2];
    double d = weights[at + 3];
    double[] first = from[index];
    double[] second = from[index + 1];
    double[] third = from[index + 2];
    double[] fourth = from[index + 3];
    for (int i = 0; i < to.length; i++) {
      double sum = to[i] + a * first[i];
      sum += b * second[i];
      sum += c * third[i];
      to[i] = sum + d * fourth[i];
    }
  }

  private static void addErrors(double[] values, double[] outputs, double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      double error = values[i] - outputs[i];
      sums[i] += error * error;
    }
  }
}
