// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.detector.Detector;
import io.caddis.detectors.detector.FittedDetector;
import io.caddis.detectors.detector.PayloadWriter;

/**
 * A detector that only mixes the bits of a row's first number, so that what is left of scoring is
 * reading and writing numbers as long as any other detector's.
 */
final class Unscored implements Detector, FittedDetector {
  private final int dimension;

  Unscored(int dimension) {
    this.dimension = dimension;
  }

  @Override
  public String name() {
    return "unscored";
  }

  @Override
  public FittedDetector fit(double[][] rows, long seed) {
    return this;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public double rawScore(double[] row) {
    long bits = Double.doubleToRawLongBits(row[0]) * 0x9E3779B97F4A7C15L;
    return (bits >>> 11) * 0x1p-53;
  }

  @Override
  public void write(PayloadWriter out) {
    throw new UnsupportedOperationException("unscored is never written");
  }
}
