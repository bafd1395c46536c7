// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;

/**
 * The trees of an {@link IsolationForest} in one flat array.
 *
 * <pre>
 * one node = one long        63 ........ 32   31 ..... 20   19 ...... 0
 *   split                    threshold key    feature       distance to the left child, 1 or more
 *   leaf                     path key         0             0
 * </pre>
 *
 * A row goes to the right child, which follows the left one, when its key is above the threshold
 * key. Keys are single-precision numbers whose bits are arranged so that they compare as integers.
 * A leaf's path key lies above every key of a number and its distance is 0, so that a row stays on
 * the leaf it has reached: every tree takes the same number of steps, no step has a branch that
 * depends on data, and eight trees proceed side by side. Children lie after their parents, hence no
 * array that passes {@link #read} can make a row run in circles.
 *
 * <p>A path key holds a path length in units of 2^-17 above {@link #LEAF}; lengths add up as
 * integers, exactly, in any order.
 */
final class FittedIsolationForest implements FittedDetector {
  /** The key of +infinity; keys from here on mark leaves. */
  static final int LEAF = 0x7F800000;

  static final double PATH_UNIT = 0x1p-17;

  /** Trees that are walked side by side. */
  private static final int LANES = 8;

  private static final int FEATURE_SHIFT = 20;
  private static final int DISTANCE_MASK = 0xFFFFF;
  private static final int PATH_MASK = 0x7FFFFF;

  /** Steps a row may cost: 10000 trees of depth 16, with room for fences of 4096 features. */
  private static final int MAX_STEPS = 200_000;

  private static final double LN_2 = 0.6931471805599453;

  private final int dimension;
  private final int sampleSize;

  /** First node of each tree, then the number of all nodes. */
  private final int[] roots;

  /** All trees, then a leaf of path 0. */
  private final long[] nodes;

  /** First node of each tree, filled up with that last leaf to a multiple of {@link #LANES}. */
  private final int[] starts;

  private final int depth;
  private final double exponentPerPath;

  /**
   * @param roots first node of each tree, then the number of all nodes
   * @param nodes all trees; what follows them is not used
   */
  FittedIsolationForest(int dimension, int sampleSize, int[] roots, long[] nodes) {
    this.dimension = dimension;
    this.sampleSize = sampleSize;
    this.roots = roots;
    int trees = roots.length - 1;
    int end = roots[trees];
    this.nodes = Arrays.copyOf(nodes, end + 1);
    this.nodes[end] = leaf(0);
    this.starts = Arrays.copyOf(roots, (trees + LANES - 1) / LANES * LANES);
    Arrays.fill(starts, trees, starts.length, end);
    this.depth = depth(this.nodes);
    this.exponentPerPath = -LN_2 * PATH_UNIT / (trees * IsolationForest.averagePath(sampleSize));
  }

  static long split(int feature, int thresholdKey, int distance) {
    return (long) thresholdKey << 32 | (long) feature << FEATURE_SHIFT | distance;
  }

  static long leaf(double path) {
    return (long) (LEAF + (int) Math.round(path / PATH_UNIT)) << 32;
  }

  /** A number as an integer that compares alike; at most {@link #LEAF}, whatever the argument. */
  static int key(double number) {
    // + 0.0f makes -0.0 equal to 0.0
    int bits = Float.floatToRawIntBits((float) number + 0.0f);
    return Math.min(bits ^ ((bits >> 31) & 0x7FFFFFFF), LEAF);
  }

  @Override
  public String name() {
    return IsolationForest.NAME;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public double rawScore(double[] row) {
    int[] keys = new int[dimension];
    for (int feature = 0; feature < keys.length; feature++) {
      keys[feature] = key(row[feature]);
    }
    long path = 0;
    for (int tree = 0; tree < starts.length; tree += LANES) {
      path += pathOfEight(keys, tree);
    }
    // StrictMath: the same bits on every processor
    return StrictMath.exp(path * exponentPerPath);
  }

  private long pathOfEight(int[] keys, int tree) {
    long[] nodes = this.nodes;
    int a = starts[tree];
    int b = starts[tree + 1];
    int c = starts[tree + 2];
    int d = starts[tree + 3];
    int e = starts[tree + 4];
    int f = starts[tree + 5];
    int g = starts[tree + 6];
    int h = starts[tree + 7];
    for (int level = depth; level > 0; level--) {
      a = step(nodes, keys, a);
      b = step(nodes, keys, b);
      c = step(nodes, keys, c);
      d = step(nodes, keys, d);
      e = step(nodes, keys, e);
      f = step(nodes, keys, f);
      g = step(nodes, keys, g);
      h = step(nodes, keys, h);
    }
    return (long) path(nodes[a])
        + path(nodes[b])
        + path(nodes[c])
        + path(nodes[d])
        + path(nodes[e])
        + path(nodes[f])
        + path(nodes[g])
        + path(nodes[h]);
  }

  private static int step(long[] nodes, int[] keys, int at) {
    long node = nodes[at];
    int low = (int) node;
    int key = keys[low >>> FEATURE_SHIFT];
    return at + (low & DISTANCE_MASK) + (int) (((node >> 32) - key) >>> 63);
  }

  private static int path(long leaf) {
    return (int) (leaf >>> 32) & PATH_MASK;
  }

  @Override
  public void write(PayloadWriter out) {
    out.i32(sampleSize);
    out.i32(roots.length - 1);
    for (int tree = 0; tree + 1 < roots.length; tree++) {
      out.i32(roots[tree + 1] - roots[tree]);
      for (int node = roots[tree]; node < roots[tree + 1]; node++) {
        out.i64(nodes[node]);
      }
    }
  }

  static FittedIsolationForest read(int dimension, PayloadReader in) {
    int sampleSize = in.i32("sample size", 2, IsolationForest.MAX_SAMPLES);
    int trees = in.count("trees", 1, IsolationForest.MAX_TREES, 12);
    int[] roots = new int[trees + 1];
    long[] nodes = new long[in.remaining() / 8];
    int used = 0;
    for (int tree = 0; tree < trees; tree++) {
      int count = in.count("nodes of tree " + tree, 1, 1 << FEATURE_SHIFT, 8);
      int end = used + count;
      for (; used < end; used++) {
        nodes[used] = checked(in.i64("node"), used, end, dimension, in);
      }
      roots[tree + 1] = end;
    }
    FittedIsolationForest forest = new FittedIsolationForest(dimension, sampleSize, roots, nodes);
    if (trees * (long) forest.depth > MAX_STEPS) {
      throw new IllegalArgumentException(
          "trees times depth must be at most %d, was %d times %d"
              .formatted(MAX_STEPS, trees, forest.depth));
    }
    return forest;
  }

  private static long checked(long node, int at, int end, int dimension, PayloadReader in) {
    int feature = (int) node >>> FEATURE_SHIFT;
    int distance = (int) (node & DISTANCE_MASK);
    boolean leaf = (int) (node >> 32) >= LEAF;
    boolean valid =
        leaf
            ? distance == 0 && feature == 0
            : distance >= 1 && distance < end - at - 1 && feature < dimension;
    if (!valid) {
      throw new IllegalArgumentException(
          "node must be a leaf or a split with children in its tree, was %016x at byte %d"
              .formatted(node, in.position() - 8));
    }
    return node;
  }

  /** Steps after which a row has reached a leaf in every tree. */
  private static int depth(long[] nodes) {
    int[] levels = new int[nodes.length];
    int depth = 0;
    for (int at = 0; at < nodes.length; at++) {
      int distance = (int) (nodes[at] & DISTANCE_MASK);
      if (distance > 0) {
        int below = levels[at] + 1;
        levels[at + distance] = Math.max(levels[at + distance], below);
        levels[at + distance + 1] = Math.max(levels[at + distance + 1], below);
        depth = Math.max(depth, below);
      }
    }
    return depth;
  }
}
