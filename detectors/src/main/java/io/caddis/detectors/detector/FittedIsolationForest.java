// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;

/**
 * The trees of an {@link IsolationForest} in flat arrays, one for each eight trees.
 *
 * <pre>
 * one node = one long        63 ........ 32   31 ..... 20   19 ...... 0
 *   split                    threshold key    feature       left child
 *   leaf                     path key         0             itself
 * </pre>
 *
 * A row goes to the right child, which follows the left one, when its key is above the threshold
 * key. Keys are single-precision numbers whose bits are arranged so that they compare as integers.
 * A leaf's path key lies above every key of a number, so that a row stays on the leaf it has
 * reached: every tree takes the same number of steps, no step has a branch that depends on data,
 * and eight trees proceed side by side.
 *
 * <p>When written, and while growing, a child is given by its distance from the node instead of its
 * index, 0 in leaves: children lie after their parents, hence nothing that passes {@link #read} can
 * make a row run in circles.
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
  private static final int CHILD_MASK = 0xFFFFF;
  private static final int PATH_MASK = 0x7FFFFF;

  /**
   * In memory a key stands one bit lower than when written, and a child has one bit less: the
   * difference of two such keys fits a long, and one subtraction compares them in place.
   */
  private static final int KEY_SHIFT = 31;

  private static final int PACKED_FEATURE_SHIFT = 19;
  private static final int PACKED_CHILD_MASK = 0x7FFFF;

  /** Steps a row may cost: 10000 trees of depth 16, with room for fences of 4096 features. */
  private static final int MAX_STEPS = 200_000;

  private static final double LN_2 = 0.6931471805599453;

  /** Most nodes of a tree on {@link IsolationForest#MAX_SAMPLES} rows; eight fit a child index. */
  private static final int MAX_NODES = 2 * IsolationForest.MAX_SAMPLES - 1;

  private final int dimension;
  private final int sampleSize;

  /** Number of nodes of each tree. */
  private final int[] sizes;

  /** The nodes of eight trees each, then a leaf of path 0. */
  private final long[][] groups;

  /** Index in its group of each tree's first node; in the last group filled up with that leaf. */
  private final int[] starts;

  private final int depth;

  /** Length of a row's keys: a power of two, so that no feature can lie outside. */
  private final int keyCount;

  private final double exponentPerPath;

  /**
   * @param sizes number of nodes of each tree
   * @param nodes all trees, one after the other, children by distance; what follows is not used
   */
  FittedIsolationForest(int dimension, int sampleSize, int[] sizes, long[] nodes) {
    this.dimension = dimension;
    this.sampleSize = sampleSize;
    this.sizes = sizes;
    this.groups = new long[(sizes.length + LANES - 1) / LANES][];
    this.starts = new int[groups.length * LANES];
    int from = 0;
    int deepest = 0;
    for (int group = 0; group < groups.length; group++) {
      int length = layOut(group);
      long[] part = Arrays.copyOfRange(nodes, from, from + length + 1);
      part[length] = leaf(0);
      deepest = Math.max(deepest, depth(part));
      for (int at = 0; at <= length; at++) {
        part[at] = packed(part[at], at);
      }
      groups[group] = part;
      from += length;
    }
    this.depth = deepest;
    this.keyCount = Integer.highestOneBit(2 * dimension - 1);
    this.exponentPerPath =
        -LN_2 * PATH_UNIT / (sizes.length * IsolationForest.averagePath(sampleSize));
  }

  /** Sets the starts of a group's trees and returns how many nodes they have. */
  private int layOut(int group) {
    int length = 0;
    int first = group * LANES;
    int end = Math.min(first + LANES, sizes.length);
    for (int tree = first; tree < end; tree++) {
      starts[tree] = length;
      length += sizes[tree];
    }
    Arrays.fill(starts, end, first + LANES, length);
    return length;
  }

  static long split(int feature, int thresholdKey, int distance) {
    return (long) thresholdKey << 32 | (long) feature << FEATURE_SHIFT | distance;
  }

  static long leaf(double path) {
    return (long) (LEAF + (int) Math.round(path / PATH_UNIT)) << 32;
  }

  private static long packed(long node, int at) {
    int feature = (int) node >>> FEATURE_SHIFT;
    long child = at + (node & CHILD_MASK);
    return (node >> 32) << KEY_SHIFT | (long) feature << PACKED_FEATURE_SHIFT | child;
  }

  private static long unpacked(long node, int at) {
    long low = node & ((1L << KEY_SHIFT) - 1);
    int distance = (int) (low & PACKED_CHILD_MASK) - at;
    return split((int) (low >>> PACKED_FEATURE_SHIFT), (int) (node >> KEY_SHIFT), distance);
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
    long[] keys = new long[keyCount];
    for (int feature = 0; feature < dimension; feature++) {
      keys[feature] = (long) key(row[feature]) << KEY_SHIFT;
    }
    long path = 0;
    for (int group = 0; group < groups.length; group++) {
      path += pathOfEight(groups[group], keys, group * LANES);
    }
    // StrictMath: the same bits on every processor
    return StrictMath.exp(path * exponentPerPath);
  }

  private long pathOfEight(long[] nodes, long[] keys, int tree) {
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

  private static int step(long[] nodes, long[] keys, int at) {
    long node = nodes[at];
    int low = (int) node;
    // the mask spares the bounds check, it is the array's length less one, and drops the key's bit
    long key = keys[(low >>> PACKED_FEATURE_SHIFT) & (keys.length - 1)];
    return (low & PACKED_CHILD_MASK) + (int) ((node - key) >>> 63);
  }

  private static int path(long leaf) {
    return (int) (leaf >>> KEY_SHIFT) & PATH_MASK;
  }

  @Override
  public void write(PayloadWriter out) {
    out.i32(sampleSize);
    out.i32(sizes.length);
    for (int tree = 0; tree < sizes.length; tree++) {
      long[] nodes = groups[tree / LANES];
      out.i32(sizes[tree]);
      for (int at = starts[tree]; at < starts[tree] + sizes[tree]; at++) {
        out.i64(unpacked(nodes[at], at));
      }
    }
  }

  static FittedIsolationForest read(int dimension, PayloadReader in) {
    int sampleSize = in.i32("sample size", 2, IsolationForest.MAX_SAMPLES);
    int trees = in.count("trees", 1, IsolationForest.MAX_TREES, 12);
    int[] sizes = new int[trees];
    long[] nodes = new long[in.remaining() / 8];
    int used = 0;
    for (int tree = 0; tree < trees; tree++) {
      sizes[tree] = in.count("nodes of tree " + tree, 1, MAX_NODES, 8);
      int end = used + sizes[tree];
      for (; used < end; used++) {
        nodes[used] = checked(in.i64("node"), used, end, dimension, in);
      }
    }
    FittedIsolationForest forest = new FittedIsolationForest(dimension, sampleSize, sizes, nodes);
    if (trees * (long) forest.depth > MAX_STEPS) {
      throw new IllegalArgumentException(
          "trees times depth must be at most %d, was %d times %d"
              .formatted(MAX_STEPS, trees, forest.depth));
    }
    return forest;
  }

  private static long checked(long node, int at, int end, int dimension, PayloadReader in) {
    int feature = (int) node >>> FEATURE_SHIFT;
    int distance = (int) (node & CHILD_MASK);
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
      int distance = (int) (nodes[at] & CHILD_MASK);
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
