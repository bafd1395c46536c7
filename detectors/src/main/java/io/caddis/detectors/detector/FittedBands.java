// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import io.caddis.detectors.feature.FeatureEncoder;

/**
 * A band for each feature; the raw score is the largest distance of any feature from its band, in
 * that feature's unit. For {@link ZScore}, whose bands are single values, and {@link Iqr}.
 */
final class FittedBands implements FittedDetector {
  private final String name;
  private final double[] low;
  private final double[] high;
  private final double[] units;

  FittedBands(String name, double[] low, double[] high, double[] units) {
    this.name = name;
    this.low = low;
    this.high = high;
    this.units = units;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int dimension() {
    return units.length;
  }

  double[] low() {
    return low;
  }

  @Override
  public double rawScore(double[] row) {
    double worst = 0;
    for (int feature = 0; feature < units.length; feature++) {
      worst = Math.max(worst, distance(row[feature], feature));
    }
    return Math.min(worst, FeatureEncoder.LIMIT);
  }

  private double distance(double value, int feature) {
    return Math.max(0, Math.max(low[feature] - value, value - high[feature])) / units[feature];
  }

  /** The squares of the distances: the farthest, which alone makes the score, by far the most. */
  @Override
  public double[] contributions(double[] row, Baseline baseline) {
    double[] squares = new double[units.length];
    for (int feature = 0; feature < units.length; feature++) {
      double distance = distance(row[feature], feature);
      squares[feature] = distance * distance;
    }
    return baseline.byFeature(squares);
  }

  @Override
  public double expected(double[] row, int column) {
    return low[column] / 2 + high[column] / 2;
  }

  @Override
  public void write(PayloadWriter out) {
    for (int feature = 0; feature < units.length; feature++) {
      out.f64(low[feature]);
      out.f64(high[feature]);
      out.f64(units[feature]);
    }
  }

  static FittedBands read(String name, int dimension, PayloadReader in) {
    double[] low = new double[dimension];
    double[] high = new double[dimension];
    double[] units = new double[dimension];
    for (int feature = 0; feature < dimension; feature++) {
      low[feature] = in.finite("low");
      high[feature] = in.finite("high");
      units[feature] = in.positive("unit");
    }
    return new FittedBands(name, low, high, units);
  }
}
