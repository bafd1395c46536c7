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
      double value = (row[i] - centers[i]) / units[i];
      out[i] = Math.max(-Autoencoder.FARTHEST, Math.min(value, Autoencoder.FARTHEST));
    }
  }

  /** Runs the network. */
  void forward(double[] inputs, double[] hidden, double[] outputs) {
    int at = layer(inputs, hidden, 0);
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] = NegativeExponential.tanh(hidden[i]);
    }
    layer(hidden, outputs, at);
  }

  private int layer(double[] from, double[] to, int start) {
    int at = start;
    for (int i = 0; i < to.length; i++) {
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
    double[] inputs = new double[centers.length];
    double[] outputs = new double[centers.length];
    inputs(row, inputs);
    forward(inputs, new double[width], outputs);
    double sum = 0;
    for (int i = 0; i < outputs.length; i++) {
      double error = (row[i] - centers[i]) / units[i] - outputs[i];
      sum += error * error;
    }
    return Detectors.bounded(sum / outputs.length);
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
