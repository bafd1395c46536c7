// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/** The reference rows of {@link LocalOutlierFactor} with what their own neighbourhoods are like. */
final class FittedLocalOutlierFactor implements FittedDetector {
  /** Reachability of rows that coincide with all their neighbours, as in scikit-learn. */
  private static final double LEAST_REACH = 1e-10;

  private final int neighbors;
  private final ReferenceRows reference;

  /** Distance of each reference row to the farthest of its neighbours. */
  private final double[] reaches;

  /** Local reachability density of each reference row. */
  private final double[] densities;

  private FittedLocalOutlierFactor(
      int neighbors, ReferenceRows reference, double[] reaches, double[] densities) {
    this.neighbors = neighbors;
    this.reference = reference;
    this.reaches = reaches;
    this.densities = densities;
  }

  static FittedLocalOutlierFactor fit(int neighbors, ReferenceRows reference) {
    int count = reference.count();
    double[][] distances = new double[count][neighbors];
    int[][] indices = new int[count][neighbors];
    int[] found = new int[count];
    double[] reaches = new double[count];
    for (int i = 0; i < count; i++) {
      found[i] = reference.nearest(reference.row(i), distances[i], indices[i]);
      reaches[i] = found[i] == 0 ? 0 : Detectors.bounded(distances[i][found[i] - 1]);
    }
    double[] densities = new double[count];
    for (int i = 0; i < count; i++) {
      densities[i] = density(distances[i], indices[i], found[i], reaches);
    }
    return new FittedLocalOutlierFactor(neighbors, reference, reaches, densities);
  }

  /** Inverse of the mean reachability distance. */
  private static double density(double[] distances, int[] indices, int found, double[] reaches) {
    double sum = 0;
    for (int i = 0; i < found; i++) {
      sum += Math.max(distances[i], reaches[indices[i]]);
    }
    return 1 / (Detectors.bounded(sum / Math.max(found, 1)) + LEAST_REACH);
  }

  @Override
  public String name() {
    return LocalOutlierFactor.NAME;
  }

  @Override
  public int dimension() {
    return reference.dimension();
  }

  @Override
  public double rawScore(double[] row) {
    double[] distances = new double[neighbors];
    int[] indices = new int[neighbors];
    int found = reference.nearest(row, distances, indices);
    if (found == 0) {
      return 1;
    }
    double sum = 0;
    for (int i = 0; i < found; i++) {
      sum += densities[indices[i]];
    }
    return Detectors.bounded(sum / found / density(distances, indices, found, reaches));
  }

  /** Those to the distances from the neighbours; their densities are the same for all features. */
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
    reference.write(out);
    for (int i = 0; i < reaches.length; i++) {
      out.f64(reaches[i]);
      out.f64(densities[i]);
    }
  }

  static FittedLocalOutlierFactor read(int dimension, PayloadReader in) {
    int neighbors = in.u16("neighbors", 1, Knn.MAX_NEIGHBORS);
    ReferenceRows reference = ReferenceRows.read(dimension, in);
    double[] reaches = new double[reference.count()];
    double[] densities = new double[reference.count()];
    for (int i = 0; i < reaches.length; i++) {
      reaches[i] = in.finite("reach");
      densities[i] = in.positive("density");
    }
    return new FittedLocalOutlierFactor(neighbors, reference, reaches, densities);
  }
}
