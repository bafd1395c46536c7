// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * Isolation forest: random trees cut the data until points stand alone; anomalies need fewer cuts.
 *
 * <p>The raw score is {@code 2^(-E[path] / c(sample))}, between 0 and 1, higher = more anomalous:
 * scikit-learn's {@code score_samples} with the opposite sign, Smile's {@code score} with the same.
 *
 * <p>Source: Liu, Ting, Zhou, "Isolation Forest", ICDM 2008. Deviations: a feature that is constant
 * within a node is never drawn while another one varies; rows are compared in single precision; a
 * sample of equal rows gives a tree that tells that row from every other one, where the paper's
 * would not tell anything.
 *
 * @param trees 1 to 10000, default 100
 * @param maxSamples rows drawn without replacement for each tree, 2 to 16384, default 256; {@code
 *     trees * maxSamples} at most 2000000, which keeps a model under 32 MB
 */
public record IsolationForest(int trees, int maxSamples) implements Detector {
  public static final String NAME = "isolation_forest";
  static final int MAX_TREES = 10_000;
  static final int MAX_SAMPLES = 1 << 14;
  static final int MAX_TOTAL_SAMPLES = 2_000_000;

  public IsolationForest {
    Parameters.checked("trees", trees, 1, MAX_TREES);
    Parameters.checked("max_samples", maxSamples, 2, MAX_SAMPLES);
    if (trees * (long) maxSamples > MAX_TOTAL_SAMPLES) {
      throw new IllegalArgumentException(
          ("trees times max_samples must be at most %d, was %d times %d")
              .formatted(MAX_TOTAL_SAMPLES, trees, maxSamples));
    }
  }

  /** 100 trees on 256 rows each. */
  public IsolationForest() {
    this(100, 256);
  }

  /**
   * {@code n_estimators} is also called {@code trees}; {@code max_samples} may be {@code auto};
   * with an {@code extension_level} above 0 it is an {@link ExtendedIsolationForest}.
   */
  static Detector of(Parameters parameters) {
    parameters.only(NAME, "trees", "n_estimators", "max_samples", "extension_level");
    if (parameters.has("trees") && parameters.has("n_estimators")) {
      throw new IllegalArgumentException(
          "trees must be given once, was given as trees and as n_estimators");
    }
    int trees = parameters.integer("n_estimators", parameters.integer("trees", 100));
    int maxSamples = parameters.integerOrAuto("max_samples", 256);
    int level = parameters.integer("extension_level", 0);
    return level == 0
        ? new IsolationForest(trees, maxSamples)
        : new ExtendedIsolationForest(trees, maxSamples, level);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public FittedDetector fit(double[][] rows, long seed) {
    return new TreeGrower(Detectors.checked(rows), trees, maxSamples, seed).grow();
  }

  /**
   * Mean path length of an unsuccessful search in a binary search tree of {@code size} keys: the
   * paper's c(n).
   */
  static double averagePath(int size) {
    if (size <= 1) {
      return 0;
    }
    if (size == 2) {
      return 1;
    }
    double eulerGamma = 0.5772156649015329;
    return 2 * (StrictMath.log(size - 1.0) + eulerGamma) - 2 * (size - 1.0) / size;
  }
}
