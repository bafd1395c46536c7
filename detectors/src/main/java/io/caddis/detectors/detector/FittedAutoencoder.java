// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * The network of {@link Autoencoder}.
 *
 * <pre>
 * weights   for each hidden unit: a bias, then one weight for each feature
 *           for each feature:     a bias, then one weight for each hidden unit
 * </pre>
 */
record FittedAutoencoder(double[] centers, double[] units, int width, double[] weights)
    implements FittedDetector {
  @Override
  public String name() {
    return Autoencoder.NAME;
  }

  @Override
  public int dimension() {
    return centers.length;
  }

  /** What the network sees of a row. */
  void inputs(double[] row, double[] out) {
    for (int i = 0; i < out.length; i++) {
      out[i] = limited((row[i] - centers[i]) / units[i]);
    }
  }

  static double limited(double value) {
    return Math.max(-Autoencoder.FARTHEST, Math.min(value, Autoencoder.FARTHEST));
  }

  /** Runs the network. */
  void forward(double[] inputs, double[] hidden, double[] outputs) {
    int at = layer(inputs, hidden, 0);
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] = NegativeExponential.tanh(hidden[i]);
    }
    layer(hidden, outputs, at);
  }

  /**
   * One layer of the network: four units side by side, because each sum alone would wait for its
   * own last addition.
   */
  private int layer(double[] from, double[] to, int start) {
    int length = from.length + 1;
    int i = 0;
    int at = start;
    for (; i + 4 <= to.length; i += 4, at += 4 * length) {
      double a = weights[at];
      double b = weights[at + length];
      double c = weights[at + 2 * length];
      double d = weights[at + 3 * length];
      for (int j = 0, w = at + 1; j < from.length; j++, w++) {
        a += weights[w] * from[j];
        b += weights[w + length] * from[j];
        c += weights[w + 2 * length] * from[j];
        d += weights[w + 3 * length] * from[j];
      }
      to[i] = a;
      to[i + 1] = b;
      to[i + 2] = c;
      to[i + 3] = d;
    }
    for (; i < to.length; i++) {
      double sum = weights[at++];
      for (double value : from) {
        sum += weights[at++] * value;
      }
      to[i] = sum;
    }
    return at;
  }

  @Override
  public double rawScore(double[] row) {
    double sum = 0;
    for (double square : squaredErrors(row)) {
      sum += square;
    }
    return Detectors.bounded(sum / centers.length);
  }

  @Override
  public double[] rawScores(double[][] rows) {
    return new NetworkBatch(this, rows.length).rawScores(rows);
  }

  /** Of each number, in its own unit. */
  private double[] squaredErrors(double[] row) {
    double[] values = standardised(row);
    double[] inputs = new double[values.length];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = limited(values[i]);
    }
    double[] errors = new double[values.length];
    forward(inputs, new double[width], errors);
    for (int i = 0; i < errors.length; i++) {
      double error = values[i] - errors[i];
      errors[i] = error * error;
    }
    return errors;
  }

  private double[] standardised(double[] row) {
    double[] values = new double[row.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (row[i] - centers[i]) / units[i];
    }
    return values;
  }

  @Override
  public double[] contributions(double[] row, Baseline baseline) {
    return baseline.byFeature(squaredErrors(row));
  }

  /** What the network reconstructs. */
  @Override
  public double expected(double[] row, int column) {
    double[] inputs = new double[centers.length];
    double[] outputs = new double[centers.length];
    inputs(row, inputs);
    forward(inputs, new double[width], outputs);
    return centers[column] + units[column] * outputs[column];
  }

  @Override
  public void write(PayloadWriter out) {
    out.u16(width);
    for (int i = 0; i < centers.length; i++) {
      out.f64(centers[i]);
      out.f64(units[i]);
    }
    for (double weight : weights) {
      out.f64(weight);
    }
  }

  static FittedAutoencoder read(int dimension, PayloadReader in) {
    int width = in.u16("width", 1, Autoencoder.MAX_HIDDEN);
    double[] centers = new double[dimension];
    double[] units = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      centers[i] = in.finite("center");
      units[i] = in.positive("unit");
    }
    int size = Autoencoder.size(dimension, width);
    if (8L * size != in.remaining()) {
      throw new IllegalArgumentException(
          "width must fit the %d bytes left, was %d at byte %d"
              .formatted(in.remaining(), width, in.position()));
    }
    double[] weights = new double[size];
    for (int i = 0; i < size; i++) {
      weights[i] = in.finite("weight");
    }
    return new FittedAutoencoder(centers, units, width, weights);
  }
}
