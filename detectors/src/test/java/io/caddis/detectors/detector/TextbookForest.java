// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** An isolation forest as the paper's algorithms 1 to 3 say, written for clarity alone. */
final class TextbookForest {
  private record Node(int feature, double threshold, int size, Node left, Node right) {}

  private final List<Node> trees = new ArrayList<>();
  private final int sampleSize;

  TextbookForest(double[][] rows, int trees, int sampleSize, Random random) {
    this.sampleSize = sampleSize;
    int limit = (int) Math.ceil(Math.log(sampleSize) / Math.log(2));
    List<double[]> shuffled = new ArrayList<>(Arrays.asList(rows));
    for (int tree = 0; tree < trees; tree++) {
      Collections.shuffle(shuffled, random);
      this.trees.add(grow(shuffled.subList(0, sampleSize), 0, limit, random));
    }
  }

  private static Node grow(List<double[]> rows, int depth, int limit, Random random) {
    if (depth >= limit || rows.size() <= 1) {
      return new Node(-1, 0, rows.size(), null, null);
    }
    int feature = random.nextInt(rows.get(0).length);
    double min = rows.stream().mapToDouble(row -> row[feature]).min().orElseThrow();
    double max = rows.stream().mapToDouble(row -> row[feature]).max().orElseThrow();
    double threshold = min + random.nextDouble() * (max - min);
    List<double[]> left = rows.stream().filter(row -> row[feature] <= threshold).toList();
    List<double[]> right = rows.stream().filter(row -> row[feature] > threshold).toList();
    return new Node(
        feature,
        threshold,
        rows.size(),
        grow(left, depth + 1, limit, random),
        grow(right, depth + 1, limit, random));
  }

  double rawScore(double[] row) {
    double mean = trees.stream().mapToDouble(tree -> path(tree, row, 0)).average().orElseThrow();
    return Math.pow(2, -mean / averagePath(sampleSize));
  }

  private static double path(Node node, double[] row, int depth) {
    if (node.left() == null) {
      return depth + averagePath(node.size());
    }
    return path(
        row[node.feature()] <= node.threshold() ? node.left() : node.right(), row, depth + 1);
  }

  static double averagePath(int size) {
    if (size < 2) {
      return 0;
    }
    return size == 2 ? 1 : 2 * (Math.log(size - 1) + 0.5772156649015329) - 2.0 * (size - 1) / size;
  }
}
