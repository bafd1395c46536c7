// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;

/**
 * Grows the trees of an {@link IsolationForest}, one after the other from one random sequence.
 *
 * <p>Not thread-safe; used once.
 */
final class TreeGrower {
  private final double[][] rows;
  private final int dimension;
  private final int trees;
  private final int sampleSize;
  private final int depthLimit;
  private final SplitMix random;

  /** Row numbers; the first {@link #sampleSize} are the current tree's sample. */
  private final int[] order;

  private final int[] features;
  private long[] nodes = new long[1 << 12];
  private int used;

  TreeGrower(double[][] rows, int trees, int maxSamples, long seed) {
    this.rows = rows;
    this.dimension = rows[0].length;
    this.trees = trees;
    this.sampleSize = Math.max(2, Math.min(maxSamples, rows.length));
    this.depthLimit = 32 - Integer.numberOfLeadingZeros(sampleSize - 1);
    this.random = new SplitMix(seed);
    this.order = SplitMix.ascending(rows.length);
    this.features = SplitMix.ascending(dimension);
  }

  FittedIsolationForest grow() {
    int[] sizes = new int[trees];
    for (int tree = 0; tree < trees; tree++) {
      int sampled = Math.min(sampleSize, rows.length);
      random.draw(order, sampled);
      int root = allocate(1);
      if (!grow(root, 0, sampled, 0, dimension)) {
        fence(root, rows[order[0]], tree);
      }
      sizes[tree] = used - root;
    }
    return new FittedIsolationForest(dimension, sampleSize, sizes, nodes);
  }

  /**
   * Fills a node and all below it.
   *
   * @param candidates how many of the first {@link #features} may still vary; those behind are
   *     known to be constant here. Children only reorder within their own candidates, so the set is
   *     intact when the next sibling uses it.
   * @return false if the node became a leaf
   */
  private boolean grow(int node, int from, int to, int level, int candidates) {
    int left = candidates;
    while (to - from > 1 && level < depthLimit && left > 0) {
      int pick = random.below(left);
      int feature = features[pick];
      float min = Float.POSITIVE_INFINITY;
      float max = Float.NEGATIVE_INFINITY;
      for (int i = from; i < to; i++) {
        float value = number(order[i], feature);
        min = value < min ? value : min;
        max = value > max ? value : max;
      }
      if (min < max) {
        split(node, from, to, level, left, feature, threshold(min, max));
        return true;
      }
      SplitMix.swap(features, pick, --left);
    }
    nodes[node] = FittedIsolationForest.leaf(level + IsolationForest.averagePath(to - from));
    return false;
  }

  private void split(
      int node, int from, int to, int level, int candidates, int feature, float threshold) {
    int middle = from;
    for (int i = from; i < to; i++) {
      if (number(order[i], feature) <= threshold) {
        SplitMix.swap(order, i, middle++);
      }
    }
    int children = allocate(2);
    nodes[node] =
        FittedIsolationForest.split(feature, FittedIsolationForest.key(threshold), children - node);
    grow(children, from, middle, level + 1, candidates);
    grow(children + 1, middle, to, level + 1, candidates);
  }

  /** Uniform between the two, below {@code max} so that neither side is empty. */
  private float threshold(float min, float max) {
    float threshold = (float) (min + random.unit() * ((double) max - min));
    return Math.max(min, Math.min(threshold, Math.nextDown(max)));
  }

  /**
   * A tree for a sample of equal rows: other values of a feature leave at once, the row itself has
   * the path of an average point. Consecutive trees fence in different features, and all of them
   * together every feature.
   */
  private void fence(int root, double[] row, int tree) {
    double inside = IsolationForest.averagePath(sampleSize);
    int fenced = (dimension + trees - 1) / trees;
    int node = root;
    for (int i = 0; i < fenced; i++) {
      int feature = (int) (((long) tree * fenced + i) % dimension);
      int key = FittedIsolationForest.key(clamp(row[feature]));
      int upper = allocate(2);
      int lower = allocate(2);
      nodes[node] = FittedIsolationForest.split(feature, key, upper - node);
      nodes[upper] = FittedIsolationForest.split(feature, key - 1, lower - upper);
      nodes[upper + 1] = FittedIsolationForest.leaf(1);
      nodes[lower] = FittedIsolationForest.leaf(1);
      node = lower + 1;
    }
    nodes[node] = FittedIsolationForest.leaf(Math.max(inside, 2));
  }

  private float number(int row, int feature) {
    return clamp(rows[row][feature]);
  }

  private static float clamp(double value) {
    float number = (float) value + 0.0f;
    return number > Float.MAX_VALUE
        ? Float.MAX_VALUE
        : number < -Float.MAX_VALUE ? -Float.MAX_VALUE : number;
  }

  private int allocate(int count) {
    if (used + count > nodes.length) {
      nodes = Arrays.copyOf(nodes, 2 * nodes.length);
    }
    used += count;
    return used - count;
  }
}
