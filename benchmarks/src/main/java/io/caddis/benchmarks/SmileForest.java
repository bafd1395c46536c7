// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import smile.anomaly.IsolationForest;
import smile.anomaly.IsolationTree;

/**
 * Smile's isolation forest as the paper has it: every tree grown on its own sample.
 *
 * <p>Smile 3.1.1's own {@code fit} gives every tree all rows, whatever its sampling rate, which
 * makes deeper trees that score three times slower. This goes around it, in Smile's favour.
 */
final class SmileForest {
  /** Axis-parallel splits, as in the original isolation forest. */
  private static final int EXTENSION = 0;

  private SmileForest() {}

  static IsolationForest fit(double[][] rows, int trees, int sampleSize, long seed) {
    Random random = new Random(seed);
    List<double[]> shuffled = new ArrayList<>(Arrays.asList(rows));
    int size = Math.min(sampleSize, rows.length);
    int depth = (int) Math.ceil(Math.log(size) / Math.log(2));
    IsolationTree[] grown = new IsolationTree[trees];
    for (int tree = 0; tree < trees; tree++) {
      for (int i = 0; i < size; i++) {
        Collections.swap(shuffled, i, i + random.nextInt(shuffled.size() - i));
      }
      grown[tree] = new IsolationTree(new ArrayList<>(shuffled.subList(0, size)), depth, EXTENSION);
    }
    return new IsolationForest(size, EXTENSION, grown);
  }
}
