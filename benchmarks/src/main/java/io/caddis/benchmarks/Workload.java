// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.util.Arrays;

/**
 * The rows of a case and the size of its forests.
 *
 * @param trees of isolation forests
 * @param sampleSize rows of each of their trees
 * @param features numbers of a row
 * @param trainRows rows that detectors learn from, unless they keep rows
 * @param testRows distinct rows that are scored: enough that branches cannot be learned by heart
 */
record Workload(int trees, int sampleSize, int features, int trainRows, int testRows) {
  /** Rows among which nearest neighbours are sought. */
  static final int KNN_REFERENCE = 256;

  /** What remains of so many when ours has dropped a tenth is the reference. */
  private static final int KNN_ROWS = 284;

  private static final int LOF_ROWS = 1_024;
  private static final int SVM_ROWS = 2_000;
  private static final int NETWORK_ROWS = 2_000;

  /** Both sides learn from the same rows, as many as ours uses of them. */
  double[][] training(KernelCase kernel) {
    int rows =
        switch (kernel.detector()) {
          case "one_class_svm" -> SVM_ROWS;
          case "autoencoder" -> NETWORK_ROWS;
          case "local_outlier_factor" -> LOF_ROWS;
          case "knn" -> kernel.verb() == Verb.FIT_BATCH ? LOF_ROWS : KNN_ROWS;
          default -> trainRows;
        };
    return rows(kernel, Math.min(rows, trainRows), 1);
  }

  double[][] test(KernelCase kernel) {
    return rows(kernel, testRows, 2);
  }

  private double[][] rows(KernelCase kernel, int count, long seed) {
    double[][] rows = SyntheticRows.of(count, features, seed);
    if (kernel.detector().equals("half_space_trees")) {
      // MOA's look at numbers from 0 to 1.
      for (double[] row : rows) {
        Arrays.setAll(row, feature -> (row[feature] + 4) / 16);
      }
    }
    return rows;
  }
}
