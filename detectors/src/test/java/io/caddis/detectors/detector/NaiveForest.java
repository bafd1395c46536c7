// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The trees of a written isolation forest as plain objects, read by the drawn format and walked the
 * obvious way: what the flat array must agree with.
 */
final class NaiveForest {
  record Node(int feature, float threshold, double path, Node left, Node right) {}

  private final List<Node> roots = new ArrayList<>();
  private final int sampleSize;

  private NaiveForest(ByteBuffer in) {
    sampleSize = in.getInt();
    int trees = in.getInt();
    for (int tree = 0; tree < trees; tree++) {
      long[] nodes = new long[in.getInt()];
      for (int i = 0; i < nodes.length; i++) {
        nodes[i] = in.getLong();
      }
      roots.add(node(nodes, 0));
    }
  }

  static NaiveForest of(FittedDetector forest) {
    PayloadWriter out = new PayloadWriter();
    forest.write(out);
    return new NaiveForest(ByteBuffer.wrap(out.toByteArray()));
  }

  private static Node node(long[] nodes, int at) {
    int key = (int) (nodes[at] >> 32);
    int feature = (int) (nodes[at] >> 20 & 0xFFF);
    int distance = (int) (nodes[at] & 0xFFFFF);
    if (distance == 0) {
      return new Node(-1, 0, (key - 0x7F800000) / 131072.0, null, null);
    }
    int bits = key >= 0 ? key : key ^ 0x7FFFFFFF;
    return new Node(
        feature,
        Float.intBitsToFloat(bits),
        0,
        node(nodes, at + distance),
        node(nodes, at + distance + 1));
  }

  List<Node> roots() {
    return roots;
  }

  SortedSet<Integer> features() {
    SortedSet<Integer> features = new TreeSet<>();
    roots.forEach(root -> collect(root, features));
    return features;
  }

  private static void collect(Node node, SortedSet<Integer> features) {
    if (node.left() != null) {
      features.add(node.feature());
      collect(node.left(), features);
      collect(node.right(), features);
    }
  }

  double rawScore(double[] row) {
    double sum = 0;
    for (Node root : roots) {
      Node node = root;
      while (node.left() != null) {
        node = (float) row[node.feature()] > node.threshold() ? node.right() : node.left();
      }
      sum += node.path();
    }
    return Math.pow(2, -sum / roots.size() / TextbookForest.averagePath(sampleSize));
  }
}
