// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * Isolation forest whose cuts run across several features at once: its scores have no stripes along
 * the axes, where a plain {@link IsolationForest} finds rows usual that share single values with
 * usual ones.
 *
 * <p>The raw score is that of {@link IsolationForest}. Features must be scaled alike.
 *
 * <p>Source: Hariri, Carrasco Kind, Brunner, "Extended isolation forest", IEEE Transactions on
 * Knowledge and Data Engineering 2021. Deviations: a cut lies uniformly between the least and the
 * greatest projection of the node's rows, so that neither side is empty; features that are constant
 * within a node take no part in its cut; a sample of equal rows gives a tree as there.
 *
 * @param trees 1 to 10000, default 100
 * @param maxSamples rows drawn without replacement for each tree, 2 to 16384, default 256
 * @param extensionLevel features in a cut less one, 1 to 15, default 1; {@code trees * maxSamples *
 *     (extensionLevel + 1)} at most 1000000, which keeps a model under 32 MB
 */
public record ExtendedIsolationForest(int trees, int maxSamples, int extensionLevel)
    implements Detector {
  public static final String NAME = "extended_isolation_forest";
  static final int MAX_LEVEL = 15;
  static final int MAX_TERMS = 1_000_000;

  public ExtendedIsolationForest {
    Parameters.checked("n_estimators", trees, 1, IsolationForest.MAX_TREES);
    Parameters.checked("max_samples", maxSamples, 2, IsolationForest.MAX_SAMPLES);
    Parameters.checked("extension_level", extensionLevel, 1, MAX_LEVEL);
    long terms = (long) trees * maxSamples * (extensionLevel + 1);
    if (terms > MAX_TERMS) {
      throw new IllegalArgumentException(
          "n_estimators times max_samples times (extension_level + 1) must be at most %d, was %d"
              .formatted(MAX_TERMS, terms));
    }
  }

  /** 100 trees on 256 rows each, two features in a cut. */
  public ExtendedIsolationForest() {
    this(100, 256, 1);
  }

  static ExtendedIsolationForest of(Parameters parameters) {
    parameters.only(NAME, "n_estimators", "max_samples", "extension_level");
    return new ExtendedIsolationForest(
        parameters.integer("n_estimators", 100),
        parameters.integerOrAuto("max_samples", 256),
        parameters.integer("extension_level", 1));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public FittedDetector fit(double[][] rows, long seed) {
    return new ObliqueTreeGrower(Detectors.checked(rows), this, new SplitMix(seed)).grow();
  }
}
