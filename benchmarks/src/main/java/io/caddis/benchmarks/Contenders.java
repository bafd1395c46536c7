// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.detector.IsolationForest;

/** The two sides of a case. */
final class Contenders {
  private Contenders() {}

  static Contender ours(KernelCase kernel, Workload workload) {
    return new LibraryContender(Engines.ours(kernel, workload), kernel, workload);
  }

  /**
   * The peer of a case.
   *
   * @param python an interpreter that has scikit-learn, for that peer
   * @param millis how long a peer in a process of its own works at a time
   */
  static Contender peer(KernelCase kernel, Workload workload, String python, int millis) {
    return switch (kernel.peer()) {
      case "scikit-learn" -> ProcessContender.scikitLearn(python, kernel, workload, millis);
      case "c" -> c(kernel, workload, millis);
      default -> new LibraryContender(Engines.peer(kernel, workload), kernel, workload);
    };
  }

  private static Contender c(KernelCase kernel, Workload workload, int millis) {
    var forest =
        new IsolationForest(workload.trees(), workload.sampleSize())
            .fit(workload.training(kernel), LibraryContender.SEED);
    double[][] rows = workload.test(kernel);
    double expected = 0;
    for (double[] row : rows) {
      expected += forest.rawScore(row);
    }
    ProcessContender process = ProcessContender.c(CaddisEngine.written(forest), rows, millis);
    if (Math.abs(process.sum() - expected) > 1e-9 * expected) {
      process.close();
      throw new IllegalStateException(
          "sum of scores in C must be %s, was %s".formatted(expected, process.sum()));
    }
    return process;
  }

  /** Size of what the peer of a case learned, when written. */
  static long bytes(KernelCase kernel, Workload workload, String python) {
    if (kernel.peer().equals("scikit-learn")) {
      try (Contender process = ProcessContender.scikitLearn(python, kernel, workload, 0)) {
        return process.work().units();
      }
    }
    return bytes(Engines.peer(kernel, workload), kernel, workload);
  }

  /** Size of what an engine learned, when written. */
  static long bytes(Engine engine, KernelCase kernel, Workload workload) {
    return engine.fit(workload.training(kernel), LibraryContender.SEED).bytes();
  }
}
