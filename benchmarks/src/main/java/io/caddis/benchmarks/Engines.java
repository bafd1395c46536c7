// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.detector.Detectors;
import java.util.Map;

/** Ours and the peers within this process, set up alike. */
final class Engines {
  /** The default of ours and of scikit-learn. */
  private static final double NU = 0.5;

  private static final int HALF_SPACE_HEIGHT = 8;

  private Engines() {}

  static Engine ours(KernelCase kernel, Workload workload) {
    Map<String, Object> parameters =
        switch (kernel.detector()) {
          case "isolation_forest" ->
              Map.of("trees", workload.trees(), "max_samples", workload.sampleSize());
          case "half_space_trees" -> Map.of("height", HALF_SPACE_HEIGHT);
          case "knn" ->
              Map.of(
                  "reference_rows",
                  kernel.verb() == Verb.FIT_BATCH ? 1_024 : Workload.KNN_REFERENCE);
          default -> Map.of();
        };
    return new CaddisEngine(Detectors.byName(kernel.detector(), parameters));
  }

  static Engine peer(KernelCase kernel, Workload workload) {
    boolean svm = kernel.detector().equals("one_class_svm");
    return switch (kernel.peer()) {
      case "smile" ->
          svm ? new SmileSvm(NU) : new SmileForest(workload.trees(), workload.sampleSize(), false);
      case "smile-as-shipped" -> new SmileForest(workload.trees(), workload.sampleSize(), true);
      case "random_cut_forest" -> new RandomCuts();
      case "moa" -> new MoaTrees(MoaTrees.SHIPPED_DEPTH);
      case "moa-height-8" -> new MoaTrees(HALF_SPACE_HEIGHT + 1);
      case "libsvm" -> new Libsvm(NU);
      case "elki" -> new Elki(kernel.detector(), workload);
      default -> throw new IllegalArgumentException("peer must be a library, was " + kernel.peer());
    };
  }
}
