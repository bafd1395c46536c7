// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/** The support vectors of {@link OneClassSvm} and their weights. */
final class FittedOneClassSvm implements FittedDetector {
  private final ReferenceRows support;
  private final double[] weights;
  private final double gamma;
  private final double boundary;

  FittedOneClassSvm(ReferenceRows support, double[] weights, double gamma, double boundary) {
    this.support = support;
    this.weights = weights;
    this.gamma = gamma;
    this.boundary = boundary;
  }

  @Override
  public String name() {
    return OneClassSvm.NAME;
  }

  @Override
  public int dimension() {
    return support.dimension();
  }

  @Override
  public double rawScore(double[] row) {
    double[] squares = support.squares(row);
    double sum = 0;
    for (int i = 0; i < squares.length; i++) {
      sum += weights[i] * NegativeExponential.of(gamma * squares[i]);
    }
    return Detectors.bounded(boundary - sum);
  }

  @Override
  public void write(PayloadWriter out) {
    out.f64(gamma);
    out.f64(boundary);
    support.write(out);
    for (double weight : weights) {
      out.f64(weight);
    }
  }

  static FittedOneClassSvm read(int dimension, PayloadReader in) {
    double gamma = in.positive("gamma");
    double boundary = in.finite("boundary");
    ReferenceRows support = ReferenceRows.read(dimension, in);
    double[] weights = new double[support.count()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = in.positive("weight");
    }
    return new FittedOneClassSvm(support, weights, gamma, boundary);
  }
}
