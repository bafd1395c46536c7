// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;

/** The trees of an {@link ExtendedIsolationForest}. */
final class FittedExtendedForest implements FittedDetector {
  private static final double LN_2 = 0.6931471805599453;

  private final int dimension;
  private final int sampleSize;
  private final Trees trees;

  /** What the path lengths of an average row add up to. */
  private final double usualPath;

  FittedExtendedForest(int dimension, int sampleSize, Trees trees) {
    this.dimension = dimension;
    this.sampleSize = sampleSize;
    this.trees = trees;
    this.usualPath = trees.sizes.length * IsolationForest.averagePath(sampleSize);
  }

  /**
   * Nodes of all trees, one after the other, children after their parents and the right one behind
   * the left; a row goes left when its projection is at most the node's value.
   */
  static final class Trees {
    /** Number of nodes of each tree. */
    final int[] sizes;

    private final int terms;

    /** From each node to its left child; 0 in leaves. */
    int[] distances;

    /** Where a split cuts; the path length of a leaf. */
    double[] values;

    private int[] features;
    private double[] weights;
    int used;

    Trees(int trees, int terms, int capacity) {
      this.sizes = new int[trees];
      this.terms = terms;
      this.distances = new int[capacity];
      this.values = new double[capacity];
      this.features = new int[capacity * terms];
      this.weights = new double[capacity * terms];
    }

    int allocate(int count) {
      if (used + count > distances.length) {
        int capacity = 2 * distances.length + count;
        distances = Arrays.copyOf(distances, capacity);
        values = Arrays.copyOf(values, capacity);
        features = Arrays.copyOf(features, capacity * terms);
        weights = Arrays.copyOf(weights, capacity * terms);
      }
      used += count;
      return used - count;
    }

    void term(int node, int term, int feature, double weight) {
      features[node * terms + term] = feature;
      weights[node * terms + term] = weight;
    }

    /** Sets the value of a node that has no terms yet. */
    void leaf(int node, double value) {
      values[node] = value;
      for (int term = 0; term < terms; term++) {
        term(node, term, 0, 0);
      }
    }

    double projection(int node, double[] row) {
      double sum = 0;
      for (int at = node * terms; at < (node + 1) * terms; at++) {
        sum += weights[at] * row[features[at]];
      }
      return sum;
    }
  }

  @Override
  public String name() {
    return ExtendedIsolationForest.NAME;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public double rawScore(double[] row) {
    double path = 0;
    int root = 0;
    for (int size : trees.sizes) {
      int at = root;
      while (trees.distances[at] > 0) {
        boolean left = trees.projection(at, row) <= trees.values[at];
        at += trees.distances[at] + (left ? 0 : 1);
      }
      path += trees.values[at];
      root += size;
    }
    return StrictMath.exp(-LN_2 * path / usualPath);
  }

  @Override
  public void write(PayloadWriter out) {
    out.i32(sampleSize);
    out.u8(trees.terms);
    out.i32(trees.sizes.length);
    int node = 0;
    for (int size : trees.sizes) {
      out.i32(size);
      for (int end = node + size; node < end; node++) {
        out.i32(trees.distances[node]);
        out.f64(trees.values[node]);
        for (int at = node * trees.terms; at < (node + 1) * trees.terms; at++) {
          if (trees.distances[node] > 0) {
            out.u16(trees.features[at]);
            out.f64(trees.weights[at]);
          }
        }
      }
    }
  }

  static FittedExtendedForest read(int dimension, PayloadReader in) {
    int sampleSize = in.i32("sample size", 2, IsolationForest.MAX_SAMPLES);
    int terms = in.u8("terms of a cut", 1, ExtendedIsolationForest.MAX_LEVEL + 1);
    int count = in.count("trees", 1, IsolationForest.MAX_TREES, 16);
    Trees trees = new Trees(count, terms, 1);
    for (int tree = 0; tree < count; tree++) {
      int size = in.count("nodes of tree " + tree, 1, 2 * IsolationForest.MAX_SAMPLES - 1, 12);
      trees.sizes[tree] = size;
      int end = trees.used + size;
      while (trees.used < end) {
        readNode(trees, end, dimension, in);
      }
    }
    return new FittedExtendedForest(dimension, sampleSize, trees);
  }

  private static void readNode(Trees trees, int end, int dimension, PayloadReader in) {
    int node = trees.allocate(1);
    // both children must lie between this node and the end of its tree
    int distance = in.i32("distance of the left child", 0, Math.max(0, end - node - 2));
    trees.distances[node] = distance;
    if (distance == 0) {
      trees.leaf(node, in.finite("path"));
      if (trees.values[node] < 0) {
        throw new IllegalArgumentException(
            "path must be 0 or more, was %s at byte %d"
                .formatted(trees.values[node], in.position() - 8));
      }
      return;
    }
    trees.values[node] = in.finite("cut");
    for (int term = 0; term < trees.terms; term++) {
      trees.term(node, term, in.u16("feature", 0, dimension - 1), in.finite("weight"));
    }
  }
}
