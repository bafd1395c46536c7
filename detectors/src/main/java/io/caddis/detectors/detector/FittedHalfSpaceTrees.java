// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;

/**
 * The trees of {@link HalfSpaceTrees} in flat arrays: tree after tree, each complete, the children
 * of node n at 2n + 1 and 2n + 2.
 */
final class FittedHalfSpaceTrees implements Updatable {
  private static final double LN_2 = 0.6931471805599453;

  /** Share of the rows at or below which a node is not looked into. */
  private static final double SIZE_LIMIT = 0.1;

  private final HalfSpaceTrees shape;
  private final int dimension;

  /** Of the inner nodes. */
  private final int[] features;

  private final double[] thresholds;

  /** Rows in each node and in all, of the last full window. */
  private final int[] masses;

  private final int rows;

  /** The same of the window that is filling. */
  private final int[] latest;

  private final int latestRows;

  private FittedHalfSpaceTrees(
      HalfSpaceTrees shape,
      int dimension,
      int[] features,
      double[] thresholds,
      int[] masses,
      int rows,
      int[] latest,
      int latestRows) {
    this.shape = shape;
    this.dimension = dimension;
    this.features = features;
    this.thresholds = thresholds;
    this.masses = masses;
    this.rows = rows;
    this.latest = latest;
    this.latestRows = latestRows;
  }

  /** Trees that have seen no rows; each spans every feature from a random point outwards. */
  static FittedHalfSpaceTrees grow(
      HalfSpaceTrees shape, double[] from, double[] span, SplitMix random) {
    int inner = (1 << shape.height()) - 1;
    int dimension = from.length;
    int[] features = new int[shape.trees() * inner];
    double[] thresholds = new double[features.length];
    double[] low = new double[dimension];
    double[] high = new double[dimension];
    for (int tree = 0; tree < shape.trees(); tree++) {
      for (int feature = 0; feature < dimension; feature++) {
        double middle = random.unit();
        double reach = 2 * Math.max(middle, 1 - middle);
        low[feature] = from[feature] + (middle - reach) * span[feature];
        high[feature] = from[feature] + (middle + reach) * span[feature];
      }
      split(0, inner, tree * inner, low, high, features, thresholds, random);
    }
    int nodes = shape.trees() * (2 * inner + 1);
    return new FittedHalfSpaceTrees(
        shape, dimension, features, thresholds, new int[nodes], 0, new int[nodes], 0);
  }

  private static void split(
      int node,
      int inner,
      int offset,
      double[] low,
      double[] high,
      int[] features,
      double[] thresholds,
      SplitMix random) {
    if (node >= inner) {
      return;
    }
    int feature = random.below(low.length);
    double from = low[feature];
    double to = high[feature];
    double threshold = from / 2 + to / 2;
    features[offset + node] = feature;
    thresholds[offset + node] = threshold;
    high[feature] = threshold;
    split(2 * node + 1, inner, offset, low, high, features, thresholds, random);
    high[feature] = to;
    low[feature] = threshold;
    split(2 * node + 2, inner, offset, low, high, features, thresholds, random);
    low[feature] = from;
  }

  /** These trees with the masses of the rows. */
  FittedHalfSpaceTrees with(double[][] seen) {
    int[] counts = new int[masses.length];
    for (double[] row : seen) {
      count(row, counts);
    }
    return new FittedHalfSpaceTrees(
        shape, dimension, features, thresholds, counts, seen.length, latest, latestRows);
  }

  @Override
  public String name() {
    return HalfSpaceTrees.NAME;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public double rawScore(double[] row) {
    return rawScore(row, masses, rows);
  }

  private double rawScore(double[] row, int[] counts, int all) {
    int inner = (1 << shape.height()) - 1;
    double limit = SIZE_LIMIT * all;
    double sum = 0;
    for (int tree = 0; tree < shape.trees(); tree++) {
      int splits = tree * inner;
      int nodes = tree * (2 * inner + 1);
      int node = 0;
      double width = 1;
      while (node < inner && counts[nodes + node] > limit) {
        node = child(row, splits, node);
        width *= 2;
      }
      sum += counts[nodes + node] * width;
    }
    // half a row keeps the logarithm finite
    return -StrictMath.log((sum / shape.trees() + 0.5) / all) / LN_2;
  }

  private void count(double[] row, int[] counts) {
    int inner = (1 << shape.height()) - 1;
    for (int tree = 0; tree < shape.trees(); tree++) {
      int splits = tree * inner;
      int nodes = tree * (2 * inner + 1);
      int node = 0;
      counts[nodes]++;
      while (node < inner) {
        node = child(row, splits, node);
        counts[nodes + node]++;
      }
    }
  }

  private int child(double[] row, int splits, int node) {
    return 2 * node + (row[features[splits + node]] > thresholds[splits + node] ? 2 : 1);
  }

  @Override
  public Learner learner() {
    return new WindowLearner();
  }

  /** Counts rows until the window is full, then lets them take effect. */
  private final class WindowLearner implements Learner {
    private int[] known = masses.clone();
    private int knownRows = rows;
    private int[] filling = latest.clone();
    private int fillingRows = latestRows;

    @Override
    public void update(double[] row) {
      count(row, filling);
      if (++fillingRows == shape.window()) {
        int[] spare = known;
        known = filling;
        knownRows = fillingRows;
        Arrays.fill(spare, 0);
        filling = spare;
        fillingRows = 0;
      }
    }

    @Override
    public double rawScore(double[] row) {
      return FittedHalfSpaceTrees.this.rawScore(row, known, knownRows);
    }

    @Override
    public Updatable fitted() {
      return new FittedHalfSpaceTrees(
          shape,
          dimension,
          features,
          thresholds,
          known.clone(),
          knownRows,
          filling.clone(),
          fillingRows);
    }
  }

  @Override
  public void write(PayloadWriter out) {
    out.i32(shape.trees());
    out.u8(shape.height());
    out.i32(shape.window());
    out.i32(rows);
    out.i32(latestRows);
    for (int i = 0; i < features.length; i++) {
      out.u16(features[i]);
      out.f64(thresholds[i]);
    }
    for (int i = 0; i < masses.length; i++) {
      out.i32(masses[i]);
      out.i32(latest[i]);
    }
  }

  static FittedHalfSpaceTrees read(int dimension, PayloadReader in) {
    int trees = in.i32("trees", 1, HalfSpaceTrees.MAX_TREES);
    int height = in.u8("height", 1, HalfSpaceTrees.MAX_HEIGHT);
    int window = in.i32("window", 2, HalfSpaceTrees.MAX_WINDOW);
    HalfSpaceTrees shape = new HalfSpaceTrees(trees, height, window);
    int rows = in.i32("rows", 1, Integer.MAX_VALUE);
    int latestRows = in.i32("latest rows", 0, window - 1);
    int inner = trees * ((1 << height) - 1);
    int nodes = 2 * inner + trees;
    if (10L * inner + 8L * nodes > in.remaining()) {
      throw new IllegalArgumentException(
          "trees must fit into the %d bytes left, was %d of height %d at byte %d"
              .formatted(in.remaining(), trees, height, in.position()));
    }
    int[] features = new int[inner];
    double[] thresholds = new double[inner];
    for (int i = 0; i < inner; i++) {
      features[i] = in.u16("feature", 0, dimension - 1);
      thresholds[i] = in.finite("threshold");
    }
    int[] masses = new int[nodes];
    int[] latest = new int[nodes];
    for (int i = 0; i < nodes; i++) {
      masses[i] = in.i32("mass", 0, rows);
      latest[i] = in.i32("latest mass", 0, latestRows);
    }
    return new FittedHalfSpaceTrees(
        shape, dimension, features, thresholds, masses, rows, latest, latestRows);
  }
}
