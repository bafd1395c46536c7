// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import com.amazon.randomcutforest.RandomCutForest;
import com.amazon.randomcutforest.state.RandomCutForestMapper;

/** AWS's random cut forest with its defaults, on one thread: 50 trees on 256 rows each. */
record RandomCuts() implements Engine {
  @Override
  public Fitted fit(double[][] rows, long seed) {
    RandomCutForest forest =
        RandomCutForest.builder().dimensions(rows[0].length).randomSeed(seed).build();
    for (double[] row : rows) {
      forest.update(floats(row));
    }
    return new Fitted() {
      @Override
      public double score(double[] row) {
        return forest.getAnomalyScore(floats(row));
      }

      @Override
      public void update(double[] row) {
        forest.update(floats(row));
      }

      @Override
      public long bytes() {
        RandomCutForestMapper mapper = new RandomCutForestMapper();
        mapper.setSaveTreeStateEnabled(true);
        mapper.setSaveExecutorContextEnabled(true);
        return Serialized.bytes(mapper.toState(forest));
      }
    };
  }

  private static float[] floats(double[] row) {
    float[] floats = new float[row.length];
    for (int feature = 0; feature < row.length; feature++) {
      floats[feature] = (float) row[feature];
    }
    return floats;
  }
}
