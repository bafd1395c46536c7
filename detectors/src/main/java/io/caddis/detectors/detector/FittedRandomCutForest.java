// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import com.amazon.randomcutforest.returntypes.DiVector;

/** The library's forest and the rows that it was built from. */
final class FittedRandomCutForest implements FittedDetector {
  private static final double FARTHEST = 1e6;

  private final int trees;
  private final int sampleSize;
  private final long seed;
  private final float[][] points;
  private final com.amazon.randomcutforest.RandomCutForest forest;

  /**
   * @param points in the order in which the forest sees them; kept
   */
  FittedRandomCutForest(int trees, int sampleSize, long seed, float[][] points) {
    this.trees = trees;
    this.sampleSize = sampleSize;
    this.seed = seed;
    this.points = points;
    this.forest =
        com.amazon.randomcutforest.RandomCutForest.builder()
            .dimensions(points[0].length)
            .numberOfTrees(trees)
            .sampleSize(sampleSize)
            .initialPointStoreSize(room(trees, sampleSize))
            .randomSeed(seed)
            .timeDecay(0)
            .outputAfter(1)
            .parallelExecutionEnabled(false)
            .build();
    for (float[] point : points) {
      forest.update(point);
    }
  }

  /**
   * The library's default, two samples, but at least ten rows if there can be as many: its store
   * grows by a tenth, so that of fewer it would never grow, and be full.
   */
  private static int room(int trees, int sampleSize) {
    return Math.max(2 * sampleSize, Math.min(10, trees * sampleSize + 1));
  }

  /** A row as the forest sees it. */
  static float[] point(double[] row) {
    float[] point = new float[row.length];
    for (int i = 0; i < point.length; i++) {
      // + 0.0f makes -0.0 equal to 0.0
      point[i] = (float) Math.max(-FARTHEST, Math.min(row[i], FARTHEST)) + 0.0f;
    }
    return point;
  }

  @Override
  public String name() {
    return RandomCutForest.NAME;
  }

  @Override
  public int dimension() {
    return points[0].length;
  }

  @Override
  public double rawScore(double[] row) {
    return Detectors.bounded(forest.getAnomalyScore(point(row)));
  }

  /** The library's own attribution. */
  @Override
  public double[] contributions(double[] row, Baseline baseline) {
    DiVector attribution = forest.getAnomalyAttribution(point(row));
    double[] columns = new double[dimension()];
    for (int column = 0; column < columns.length; column++) {
      columns[column] = attribution.getHighLowSum(column);
    }
    return baseline.byFeature(columns);
  }

  @Override
  public void write(PayloadWriter out) {
    out.u16(trees);
    out.u16(sampleSize);
    out.i64(seed);
    out.i32(points.length);
    for (float[] point : points) {
      for (float value : point) {
        out.i32(Float.floatToRawIntBits(value));
      }
    }
  }

  static FittedRandomCutForest read(int dimension, PayloadReader in) {
    int trees = in.u16("trees", 1, RandomCutForest.MAX_TREES);
    int sampleSize = in.u16("sample size", 1, RandomCutForest.MAX_SAMPLES);
    long seed = in.i64("seed");
    int count = in.count("rows", 1, RandomCutForest.MAX_ROWS, 4 * dimension);
    float[][] points = new float[count][dimension];
    for (float[] point : points) {
      for (int i = 0; i < dimension; i++) {
        point[i] = Float.intBitsToFloat(in.i32("value", Integer.MIN_VALUE, Integer.MAX_VALUE));
        if (!(Math.abs(point[i]) <= FARTHEST)) {
          throw new IllegalArgumentException(
              "value must be -1e6 to 1e6, was %s at byte %d"
                  .formatted(point[i], in.position() - 4));
        }
      }
    }
    return new FittedRandomCutForest(trees, sampleSize, seed, points);
  }
}
