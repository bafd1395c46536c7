// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import smile.anomaly.IsolationForest;
import smile.anomaly.IsolationTree;
import smile.math.MathEx;

/**
 * Smile's isolation forest.
 *
 * <p>Smile 3.1.1's own {@code fit} gives every tree all rows, whatever its sampling rate, which
 * makes larger trees that score slower, and splits along slanted planes. Unless as shipped, this
 * goes around it, in Smile's favour: every tree is grown on its own sample and split along one
 * feature at a time, as the paper has it.
 *
 * @param asShipped by Smile's own {@code fit} with its defaults; seeds are ignored
 */
record SmileForest(int trees, int sampleSize, boolean asShipped) implements Engine {
  /** Splits along one feature. */
  private static final int EXTENSION = 0;

  @Override
  public Fitted fit(double[][] rows, long seed) {
    IsolationForest forest = asShipped ? shipped(rows) : grow(rows, seed);
    return new Fitted() {
      @Override
      public double score(double[] row) {
        return forest.score(row);
      }

      @Override
      public double[] batch(double[][] rows) {
        return forest.score(rows);
      }

      @Override
      public long bytes() {
        return Serialized.bytes(forest);
      }
    };
  }

  private IsolationForest shipped(double[][] rows) {
    Properties properties = new Properties();
    properties.setProperty("smile.isolation_forest.trees", Integer.toString(trees));
    return IsolationForest.fit(rows, properties);
  }

  private IsolationForest grow(double[][] rows, long seed) {
    Random random = new Random(seed);
    // The cuts of this thread, which its trees choose on their own.
    MathEx.setSeed(seed);
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
