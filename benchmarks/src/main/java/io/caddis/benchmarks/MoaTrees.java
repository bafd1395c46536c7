// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import com.yahoo.labs.samoa.instances.Attribute;
import com.yahoo.labs.samoa.instances.DenseInstance;
import com.yahoo.labs.samoa.instances.Instances;
import com.yahoo.labs.samoa.instances.InstancesHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import moa.classifiers.oneclass.HSTrees;

/**
 * MOA's half-space trees: 25 trees on windows of 250 rows.
 *
 * <p>They cut the space from 0 to 1 into halves, where the rows of {@link Workload} lie for them.
 *
 * @param depth levels of nodes in a tree, one more than cuts
 */
record MoaTrees(int depth) implements Engine {
  static final int SHIPPED_DEPTH = 15;

  @Override
  public Fitted fit(double[][] rows, long seed) {
    HSTrees trees = new HSTrees();
    trees.maxDepthOption.setValue(depth);
    trees.setRandomSeed((int) seed);
    trees.prepareForUse();
    Learned learned = new Learned(trees, header(rows[0].length));
    for (double[] row : rows) {
      learned.update(row);
    }
    return learned;
  }

  private record Learned(HSTrees trees, InstancesHeader header) implements Fitted {
    @Override
    public double score(double[] row) {
      return trees.getAnomalyScore(instance(row));
    }

    @Override
    public void update(double[] row) {
      trees.trainOnInstance(instance(row));
    }

    @Override
    public long bytes() {
      return Serialized.bytes(trees);
    }

    private DenseInstance instance(double[] row) {
      DenseInstance instance = new DenseInstance(1, Arrays.copyOf(row, row.length + 1));
      instance.setDataset(header);
      return instance;
    }
  }

  /** Numeric columns and one for the class, without which MOA takes no row. */
  private static InstancesHeader header(int features) {
    List<Attribute> columns = new ArrayList<>();
    for (int feature = 0; feature < features; feature++) {
      columns.add(new Attribute("x" + feature));
    }
    columns.add(new Attribute("class", List.of("normal", "anomaly")));
    Instances rows = new Instances("rows", columns, 0);
    rows.setClassIndex(features);
    return new InstancesHeader(rows);
  }
}
