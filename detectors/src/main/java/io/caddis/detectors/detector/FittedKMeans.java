// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/** The centers of {@link KMeans}. */
record FittedKMeans(ReferenceRows centers) implements FittedDetector {
  @Override
  public String name() {
    return KMeans.NAME;
  }

  @Override
  public int dimension() {
    return centers.dimension();
  }

  @Override
  public double rawScore(double[] row) {
    return Detectors.bounded(
        Math.sqrt(ReferenceRows.square(row, centers.row(centers.nearest(row)))));
  }

  @Override
  public double[] contributions(double[] row, Baseline baseline) {
    return baseline.byFeature(centers.differences(row, centers.nearest(row)));
  }

  @Override
  public double expected(double[] row, int column) {
    return centers.row(centers.nearest(row))[column];
  }

  @Override
  public void write(PayloadWriter out) {
    centers.write(out);
  }

  static FittedKMeans read(int dimension, PayloadReader in) {
    return new FittedKMeans(ReferenceRows.read(dimension, in));
  }
}
