// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.util.Arrays;
import libsvm.svm;
import libsvm.svm_model;
import libsvm.svm_node;
import libsvm.svm_parameter;
import libsvm.svm_problem;

/** LIBSVM's one-class support vector machine with the same kernel and share as ours. */
record Libsvm(double nu) implements Engine {
  private static final double CACHE_MEGABYTES = 200;
  private static final double TOLERANCE = 1e-3;

  Libsvm {
    svm.svm_set_print_string_function(text -> {});
  }

  @Override
  public Fitted fit(double[][] rows, long seed) {
    svm_problem problem = new svm_problem();
    problem.l = rows.length;
    problem.x = Arrays.stream(rows).map(Libsvm::nodes).toArray(svm_node[][]::new);
    problem.y = new double[rows.length];
    svm_parameter parameter = new svm_parameter();
    parameter.svm_type = svm_parameter.ONE_CLASS;
    parameter.kernel_type = svm_parameter.RBF;
    parameter.gamma = gamma(rows);
    parameter.nu = nu;
    parameter.eps = TOLERANCE;
    parameter.cache_size = CACHE_MEGABYTES;
    parameter.shrinking = 1;
    svm_model model = svm.svm_train(problem, parameter);
    return new Fitted() {
      private final double[] decision = new double[1];

      @Override
      public double score(double[] row) {
        svm.svm_predict_values(model, nodes(row), decision);
        return -decision[0];
      }

      @Override
      public long bytes() {
        return Serialized.bytes(model);
      }
    };
  }

  /** 1 / (features * variance of all numbers), as scikit-learn and ours choose it. */
  static double gamma(double[][] rows) {
    double[] values = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance =
        Arrays.stream(values).map(value -> (value - mean) * (value - mean)).average().orElseThrow();
    return 1 / (rows[0].length * variance);
  }

  private static svm_node[] nodes(double[] row) {
    svm_node[] nodes = new svm_node[row.length];
    for (int feature = 0; feature < row.length; feature++) {
      nodes[feature] = new svm_node();
      nodes[feature].index = feature + 1;
      nodes[feature].value = row[feature];
    }
    return nodes;
  }
}
