// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import smile.anomaly.SVM;
import smile.math.kernel.GaussianKernel;

/** Smile's one-class support vector machine with the same kernel and share as ours. */
record SmileSvm(double nu) implements Engine {
  private static final double TOLERANCE = 1e-3;

  @Override
  public Fitted fit(double[][] rows, long seed) {
    double width = Math.sqrt(1 / (2 * Libsvm.gamma(rows)));
    SVM<double[]> machine = SVM.fit(rows, new GaussianKernel(width), nu, TOLERANCE);
    return new Fitted() {
      @Override
      public double score(double[] row) {
        return -machine.score(row);
      }

      @Override
      public long bytes() {
        return Serialized.bytes(machine);
      }
    };
  }
}
