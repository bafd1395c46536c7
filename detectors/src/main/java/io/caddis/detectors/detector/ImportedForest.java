// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.ArrayList;
import java.util.List;

/**
 * Trees of another library's isolation forest, brought into the form of ours.
 *
 * <p>A row takes the same way through them as it does there, to the bit, when it is given in single
 * precision there too: a threshold in double precision and the greatest single below it part the
 * singles alike. Path lengths are kept to units of 2^-49; scores differ by the rounding of sums in
 * double precision, see {@link #margin}.
 */
public final class ImportedForest {
  private final int dimension;
  private final int sampleSize;
  private final List<long[]> trees = new ArrayList<>();

  /**
   * @param dimension numbers in a row, 1 to {@link Detectors#MAX_DIMENSION}
   * @param sampleSize rows that each tree was grown on, 2 to 16384
   */
  public ImportedForest(int dimension, int sampleSize) {
    Parameters.checked("features", dimension, 1, Detectors.MAX_DIMENSION);
    Parameters.checked("max_samples", sampleSize, 2, IsolationForest.MAX_SAMPLES);
    this.dimension = dimension;
    this.sampleSize = sampleSize;
  }

  /**
   * Adds a tree, given as arrays with one element a node, the root first.
   *
   * @param left index of the child for values up to the threshold, negative in leaves
   * @param right index of the other child
   * @param feature that a node looks at
   * @param threshold in double precision
   * @param samples rows of the tree's sample that a node held
   * @throws IllegalArgumentException when the arrays are no tree
   */
  public void add(int[] left, int[] right, int[] feature, double[] threshold, int[] samples) {
    int size = left.length;
    if (size == 0
        || right.length != size
        || feature.length != size
        || threshold.length != size
        || samples.length != size) {
      throw new IllegalArgumentException("arrays of a tree must all have one length, above 0");
    }
    int[] source = new int[size];
    int[] level = new int[size];
    long[] nodes = new long[size];
    int used = 1;
    for (int at = 0; at < used; at++) {
      int node = source[at];
      if (left[node] < 0) {
        int count = Parameters.checked("samples", samples[node], 1, Integer.MAX_VALUE);
        nodes[at] = FittedIsolationForest.exactLeaf(level[at] + IsolationForest.averagePath(count));
        continue;
      }
      if (used + 2 > size || left[node] >= size || right[node] < 0 || right[node] >= size) {
        throw new IllegalArgumentException(
            "children must be nodes of the tree, each of one parent, were %d and %d of %d"
                .formatted(left[node], right[node], size));
      }
      Parameters.checked("feature", feature[node], 0, dimension - 1);
      int key = FittedIsolationForest.key(greatestSingle(threshold[node]));
      nodes[at] = FittedIsolationForest.split(feature[node], key, used - at);
      for (int child : new int[] {left[node], right[node]}) {
        source[used] = child;
        level[used] = level[at] + 1;
        used++;
      }
    }
    if (used != size) {
      throw new IllegalArgumentException(
          "nodes of a tree must all hang on its root, %d of %d do".formatted(used, size));
    }
    trees.add(nodes);
  }

  /** The greatest single that is not above the number. */
  private static float greatestSingle(double number) {
    if (!Double.isFinite(number)) {
      throw new IllegalArgumentException("threshold must be finite, was " + number);
    }
    float single = (float) number;
    return single > number ? Math.nextDown(single) : single;
  }

  /** The forest of the trees added. */
  public FittedDetector build() {
    PayloadWriter out = new PayloadWriter();
    out.i32(sampleSize);
    out.i32(trees.size());
    for (long[] nodes : trees) {
      out.i32(nodes.length);
      for (long node : nodes) {
        out.i64(node);
      }
    }
    byte[] payload = out.toByteArray();
    return FittedIsolationForest.read(dimension, new PayloadReader(payload, 0, payload.length));
  }

  /**
   * Most by which a raw score may differ from the other library's, which adds path lengths up in
   * double precision: one rounding a tree and a few at the end; about 2e-14 with 100 trees.
   *
   * @param raw the score
   */
  public double margin(double raw) {
    return raw * (trees.size() + 8) * Math.ulp(1.0);
  }
}
