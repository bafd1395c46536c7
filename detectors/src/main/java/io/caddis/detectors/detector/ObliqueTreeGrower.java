// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * Grows the trees of an {@link ExtendedIsolationForest}, one after the other from one random
 * sequence.
 *
 * <p>Not thread-safe; used once.
 */
final class ObliqueTreeGrower {
  private final double[][] rows;
  private final int terms;
  private final int sampleSize;
  private final int depthLimit;
  private final SplitMix random;

  /** Row numbers; the first {@link #sampleSize} are the current tree's sample. */
  private final int[] order;

  private final int[] candidates;
  private final double[] projections;
  private final FittedExtendedForest.Trees grown;

  ObliqueTreeGrower(double[][] rows, ExtendedIsolationForest shape, SplitMix random) {
    this.rows = rows;
    this.terms = Math.min(shape.extensionLevel() + 1, rows[0].length);
    this.sampleSize = Math.max(2, Math.min(shape.maxSamples(), rows.length));
    this.depthLimit = 32 - Integer.numberOfLeadingZeros(sampleSize - 1);
    this.random = random;
    this.order = SplitMix.ascending(rows.length);
    this.candidates = SplitMix.ascending(rows[0].length);
    this.projections = new double[rows.length];
    this.grown = new FittedExtendedForest.Trees(shape.trees(), terms, 2 * sampleSize);
  }

  FittedExtendedForest grow() {
    for (int tree = 0; tree < grown.sizes.length; tree++) {
      int sampled = Math.min(sampleSize, rows.length);
      random.draw(order, sampled);
      int root = grown.allocate(1);
      if (!grow(root, 0, sampled, 0)) {
        fence(root, rows[order[0]], tree);
      }
      grown.sizes[tree] = grown.used - root;
    }
    return new FittedExtendedForest(rows[0].length, sampleSize, grown);
  }

  /** Fills a node and all below it; false if the node became a leaf. */
  private boolean grow(int node, int from, int to, int level) {
    if (to - from > 1 && level < depthLimit && drawCut(node, from, to)) {
      int middle = from;
      for (int i = from; i < to; i++) {
        if (grown.projection(node, rows[order[i]]) <= grown.values[node]) {
          SplitMix.swap(order, i, middle++);
        }
      }
      int children = grown.allocate(2);
      grown.distances[node] = children - node;
      grow(children, from, middle, level + 1);
      grow(children + 1, middle, to, level + 1);
      return true;
    }
    grown.leaf(node, level + IsolationForest.averagePath(to - from));
    return false;
  }

  /** A tree for a sample of equal rows, like those of {@link TreeGrower}. */
  private void fence(int root, double[] row, int tree) {
    int fenced = (row.length + grown.sizes.length - 1) / grown.sizes.length;
    int node = root;
    for (int i = 0; i < 2 * fenced; i++) {
      int feature = (int) (((long) tree * fenced + i / 2) % row.length);
      int side = i % 2 == 0 ? 1 : -1;
      int children = grown.allocate(2);
      grown.leaf(node, side * row[feature]);
      grown.term(node, 0, feature, side);
      grown.distances[node] = children - node;
      grown.leaf(children + 1, 1);
      node = children;
    }
    grown.leaf(node, Math.max(IsolationForest.averagePath(sampleSize), 2));
  }

  /** Draws features that vary, a direction and a place; false when nothing varies. */
  private boolean drawCut(int node, int from, int to) {
    int chosen = 0;
    for (int left = candidates.length; left > 0 && chosen < terms; ) {
      int pick = random.below(left);
      int feature = candidates[pick];
      SplitMix.swap(candidates, pick, --left);
      if (varies(feature, from, to)) {
        grown.term(node, chosen++, feature, gaussian());
      }
    }
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      projections[i] = grown.projection(node, rows[order[i]]);
      least = Math.min(least, projections[i]);
      greatest = Math.max(greatest, projections[i]);
    }
    double span = greatest - least;
    if (chosen == 0 || !(span > 0) || span == Double.POSITIVE_INFINITY) {
      return false;
    }
    double place = least + random.unit() * span;
    grown.values[node] = Math.max(least, Math.min(place, Math.nextDown(greatest)));
    return true;
  }

  private boolean varies(int feature, int from, int to) {
    double first = rows[order[from]][feature];
    for (int i = from + 1; i < to; i++) {
      if (rows[order[i]][feature] != first) {
        return true;
      }
    }
    return false;
  }

  /** Marsaglia's polar method, with the same bits on every processor. */
  private double gaussian() {
    while (true) {
      double x = 2 * random.unit() - 1;
      double y = 2 * random.unit() - 1;
      double square = x * x + y * y;
      if (square > 0 && square < 1) {
        return x * StrictMath.sqrt(-2 * StrictMath.log(square) / square);
      }
    }
  }
}
