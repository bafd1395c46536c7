// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The trees of an {@link IsolationForest} in flat arrays, one for each ten trees.
 *
 * <pre>
 * one node = one long        63 ........ 32   31 ..... 20   19 ...... 0
 *   split                    threshold key    feature       distance of the left child
 *   leaf                     path key         rest of the path
 * </pre>
 *
 * A row goes to the right child, which follows the left one, when its key is above the threshold
 * key. Keys are single-precision numbers whose bits are arranged so that they compare as integers.
 * A leaf's path key lies above every key of a number. Children lie after their parents, hence
 * nothing that passes {@link #read} can make a row run in circles.
 *
 * <p>A path key holds a path length in units of 2^-17 above {@link #LEAF}; lengths add up as
 * integers, exactly, in any order. The rest, in units of 2^-49, is 0 in trees grown here.
 *
 * <p>That is how trees are grown and written. In memory a step is one addition:
 *
 * <pre>
 *                            63 ..... 44   43 .................. 12   11 .... 0
 *   split                    left child    greatest key - threshold   feature
 *   leaf                     itself        path length                0
 *   number of a row          0             key - least key            0
 * </pre>
 *
 * Node plus number carries into the child, which makes it the right one, when the key is above the
 * threshold; a path length is too small for a carry, so that a row stays on the leaf it has
 * reached. Every tree takes the same number of steps, no step has a branch that depends on data,
 * and ten trees proceed side by side.
 */
final class FittedIsolationForest implements FittedDetector {
  /** The key of +infinity; keys from here on mark leaves. */
  static final int LEAF = 0x7F800000;

  private static final double PATH_UNIT = 0x1p-17;

  /**
   * Trees that are walked side by side. A step waits for two loads, which others fill; with more
   * lanes than these the JIT compiler runs out of registers.
   */
  private static final int LANES = 10;

  private static final int FEATURE_SHIFT = 20;
  private static final int CHILD_MASK = 0xFFFFF;
  private static final int PATH_MASK = 0x7FFFFF;
  static final long LOW_HALF = 0xFFFFFFFFL;
  private static final double REST_PER_PATH = 0x1p32;

  /** Where fields stand in memory. The feature is lowest: the next load waits for it. */
  static final int KEY_SHIFT = 12;

  static final int CHILD_SHIFT = 44;
  static final int PACKED_FEATURE_MASK = 0xFFF;

  /** Steps a row may cost: 10000 trees of depth 16, with room for fences of 4096 features. */
  private static final int MAX_STEPS = 200_000;

  private static final double LN_2 = 0.6931471805599453;

  /** Most nodes of a tree on {@link IsolationForest#MAX_SAMPLES} rows; ten fit a child index. */
  private static final int MAX_NODES = 2 * IsolationForest.MAX_SAMPLES - 1;

  /** Fewer do not repay what is done once for all rows. */
  private static final int ROWS_FOR_MASKS = 512;

  private final int dimension;
  private final int sampleSize;

  /** Number of nodes of each tree. */
  private final int[] sizes;

  /** Of ten trees each: their roots, then all other nodes, tree by tree; ten leaves for no tree. */
  private final long[][] groups;

  /** The rest of each leaf's path, where its node stands; null when all are 0. */
  private final int @Nullable [][] rests;

  private final int depth;

  /** Length of a row's keys: a power of two, so that no feature can lie outside. */
  private final int keyCount;

  private final double exponentPerPath;
  private final boolean masksPay;

  /** Made when many rows come at once for the first time; as large as the trees. */
  private volatile @Nullable LeafMasks masks;

  /**
   * @param sizes number of nodes of each tree
   * @param nodes all trees, one after the other, children by distance; what follows is not used
   */
  FittedIsolationForest(int dimension, int sampleSize, int[] sizes, long[] nodes) {
    this.dimension = dimension;
    this.sampleSize = sampleSize;
    this.sizes = sizes;
    this.groups = new long[(sizes.length + LANES - 1) / LANES][];
    int[][] rest = new int[groups.length][];
    int from = 0;
    int deepest = 0;
    for (int group = 0; group < groups.length; group++) {
      int end = Math.min((group + 1) * LANES, sizes.length);
      groups[group] = new long[LANES + nodesBelowRoots(group * LANES, end)];
      Arrays.setAll(groups[group], at -> packed(leaf(0), at));
      rest[group] = new int[groups[group].length];
      int below = LANES;
      for (int tree = group * LANES; tree < end; tree++) {
        deepest = Math.max(deepest, depth(nodes, from, from + sizes[tree]));
        pack(nodes, from, groups[group], rest[group], tree, below);
        from += sizes[tree];
        below += sizes[tree] - 1;
      }
    }
    this.rests =
        Arrays.stream(rest).flatMapToInt(Arrays::stream).allMatch(r -> r == 0) ? null : rest;
    this.depth = deepest;
    this.keyCount = Integer.highestOneBit(2 * dimension - 1);
    this.exponentPerPath =
        -LN_2 * PATH_UNIT / (sizes.length * IsolationForest.averagePath(sampleSize));
    this.masksPay = rests == null && LeafMasks.pay(dimension, sizes, depth);
  }

  private int nodesBelowRoots(int first, int end) {
    int count = 0;
    for (int tree = first; tree < end; tree++) {
      count += sizes[tree] - 1;
    }
    return count;
  }

  /** Moves a tree to its group: the root to its lane, the rest to {@code below} and on. */
  private void pack(long[] nodes, int from, long[] group, int[] rest, int tree, int below) {
    for (int i = 0; i < sizes[tree]; i++) {
      long node = nodes[from + i];
      int at = i == 0 ? tree % LANES : below + i - 1;
      int distance = distance(node);
      group[at] = packed(node, distance == 0 ? at : below + i + distance - 1);
      rest[at] = distance == 0 ? (int) node : 0;
    }
  }

  static long split(int feature, int thresholdKey, int distance) {
    return (long) thresholdKey << 32 | (long) feature << FEATURE_SHIFT | distance;
  }

  static long leaf(double path) {
    return (long) (LEAF + (int) Math.round(path / PATH_UNIT)) << 32;
  }

  /** A leaf whose path is exact to 2^-49. */
  static long exactLeaf(double path) {
    double units = Math.floor(path / PATH_UNIT);
    long rest = (long) ((path / PATH_UNIT - units) * REST_PER_PATH);
    return (long) (LEAF + (int) units) << 32 | rest;
  }

  private static boolean isLeaf(long node) {
    return (int) (node >> 32) >= LEAF;
  }

  /** How far behind a node its left child stands; 0 for leaves. */
  private static int distance(long node) {
    return isLeaf(node) ? 0 : (int) (node & CHILD_MASK);
  }

  private static long packed(long node, int child) {
    int key = (int) (node >> 32);
    int feature = isLeaf(node) ? 0 : (int) node >>> FEATURE_SHIFT;
    long field = isLeaf(node) ? key - LEAF : (long) Integer.MAX_VALUE - key;
    return (long) child << CHILD_SHIFT | field << KEY_SHIFT | feature;
  }

  /** A node as it is written, which stands at {@code at} when the root stands before its tree. */
  private static long unpacked(long node, int rest, int at) {
    long field = node >>> KEY_SHIFT & LOW_HALF;
    if (field <= PATH_MASK) {
      return (LEAF + field) << 32 | (rest & LOW_HALF);
    }
    int feature = (int) node & PACKED_FEATURE_MASK;
    return split(feature, (int) (Integer.MAX_VALUE - field), (int) (node >>> CHILD_SHIFT) - at);
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
      keys[feature] = (long) key(row[feature]) - Integer.MIN_VALUE << KEY_SHIFT;
    }
    return score(rests == null ? path(keys) : exactPath(keys, rests));
  }

  @Override
  public double[] rawScores(double[][] rows) {
    if (!masksPay || rows.length < ROWS_FOR_MASKS) {
      return FittedDetector.super.rawScores(rows);
    }
    LeafMasks ready = masks;
    if (ready == null) {
      ready = leafMasks();
      masks = ready;
    }
    return Arrays.stream(ready.paths(rows)).mapToDouble(this::score).toArray();
  }

  /** The raw score by the sum of the path lengths, in units of 2^-17. */
  private double score(double path) {
    // StrictMath: the same bits on every processor
    return StrictMath.exp(path * exponentPerPath);
  }

  private LeafMasks leafMasks() {
    List<LeafMasks.Tree> trees = new ArrayList<>();
    for (int tree = 0; tree < sizes.length; tree++) {
      trees.add(LeafMasks.Tree.of(groups[tree / LANES], tree % LANES));
    }
    return new LeafMasks(dimension, trees);
  }

  /** Sum of the path lengths, in units of 2^-17. */
  private long path(long[] keys) {
    long path = 0;
    for (long[] nodes : groups) {
      path += pathOfTen(nodes, keys, depth);
    }
    return path;
  }

  /** The same with the rests. */
  private double exactPath(long[] keys, int[][] rests) {
    double path = 0;
    for (int group = 0; group < groups.length; group++) {
      int[] at = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
      for (int level = depth; level > 0; level--) {
        for (int lane = 0; lane < LANES; lane++) {
          at[lane] = step(groups[group], keys, at[lane]);
        }
      }
      for (int leaf : at) {
        path += path(groups[group][leaf]) + (rests[group][leaf] & LOW_HALF) / REST_PER_PATH;
      }
    }
    return path;
  }

  /**
   * Sum of the path lengths in a group. One thing more that lives through the loop, and the JIT
   * compiler runs out of registers: that is why rests are another method's.
   */
  private static long pathOfTen(long[] nodes, long[] keys, int depth) {
    int a = 0;
    int b = 1;
    int c = 2;
    int d = 3;
    int e = 4;
    int f = 5;
    int g = 6;
    int h = 7;
    int i = 8;
    int j = 9;
    for (int level = depth; level > 0; level--) {
      a = step(nodes, keys, a);
      b = step(nodes, keys, b);
      c = step(nodes, keys, c);
      d = step(nodes, keys, d);
      e = step(nodes, keys, e);
      f = step(nodes, keys, f);
      g = step(nodes, keys, g);
      h = step(nodes, keys, h);
      i = step(nodes, keys, i);
      j = step(nodes, keys, j);
    }
    return path(nodes[a])
        + path(nodes[b])
        + path(nodes[c])
        + path(nodes[d])
        + path(nodes[e])
        + path(nodes[f])
        + path(nodes[g])
        + path(nodes[h])
        + path(nodes[i])
        + path(nodes[j]);
  }

  private static int step(long[] nodes, long[] keys, int at) {
    long node = nodes[at];
    // the mask is the array's length less one: it takes the feature and spares the bounds check
    return (int) (node + keys[(int) node & (keys.length - 1)] >>> CHILD_SHIFT);
  }

  static long path(long leaf) {
    return leaf >>> KEY_SHIFT & PATH_MASK;
  }

  @Override
  public void write(PayloadWriter out) {
    out.i32(sampleSize);
    out.i32(sizes.length);
    int below = LANES;
    for (int tree = 0; tree < sizes.length; tree++) {
      int lane = tree % LANES;
      below = lane == 0 ? LANES : below;
      long[] nodes = groups[tree / LANES];
      out.i32(sizes[tree]);
      int @Nullable [] rest = rests == null ? null : rests[tree / LANES];
      out.i64(unpacked(nodes[lane], rest == null ? 0 : rest[lane], below - 1));
      for (int end = below + sizes[tree] - 1; below < end; below++) {
        out.i64(unpacked(nodes[below], rest == null ? 0 : rest[below], below));
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
    boolean valid = distance >= 1 && distance < end - at - 1 && feature < dimension;
    if (!isLeaf(node) && !valid) {
      throw new IllegalArgumentException(
          "node must be a leaf or a split with children in its tree, was %016x at byte %d"
              .formatted(node, in.position() - 8));
    }
    return node;
  }

  /** Steps after which a row has reached a leaf of the tree. */
  private static int depth(long[] nodes, int from, int to) {
    int[] levels = new int[to - from];
    int depth = 0;
    for (int at = 0; at < levels.length; at++) {
      int distance = distance(nodes[from + at]);
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
