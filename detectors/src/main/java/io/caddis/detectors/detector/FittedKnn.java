// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/** The reference rows of {@link Knn}. */
record FittedKnn(int neighbors, Knn.Method method, ReferenceRows reference)
    implements FittedDetector {
  @Override
  public String name() {
    return Knn.NAME;
  }

  @Override
  public int dimension() {
    return reference.dimension();
  }

  @Override
  public double rawScore(double[] row) {
    double[] distances = new double[neighbors];
    int found = reference.nearest(row, distances, new int[neighbors]);
    if (found == 0) {
      return 0;
    }
    if (method == Knn.Method.LARGEST) {
      return Detectors.bounded(distances[found - 1]);
    }
    double sum = 0;
    for (int i = 0; i < found; i++) {
      sum += distances[i];
    }
    return Detectors.bounded(sum / found);
  }

  @Override
  public double[] contributions(double[] row, Baseline baseline) {
    return baseline.byFeature(reference.contributions(row, neighbors));
  }

  /** The mean of the neighbours. */
  @Override
  public double expected(double[] row, int column) {
    return reference.mean(row, neighbors, column);
  }

  @Override
  public void write(PayloadWriter out) {
    out.u16(neighbors);
    out.u8(method.ordinal());
    reference.write(out);
  }

  static FittedKnn read(int dimension, PayloadReader in) {
    int neighbors = in.u16("neighbors", 1, Knn.MAX_NEIGHBORS);
    Knn.Method[] methods = Knn.Method.values();
    return new FittedKnn(
        neighbors,
        methods[in.u8("method", 0, methods.length - 1)],
        ReferenceRows.read(dimension, in));
  }
}
