// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * How much sparser the surroundings of a row are than those of its neighbours: finds rows that lie
 * between clusters of different density.
 *
 * <p>The raw score is the local outlier factor, around 1 inside a cluster, higher = more anomalous:
 * scikit-learn's {@code score_samples} in novelty mode with the opposite sign.
 *
 * <p>Source: Breunig, Kriegel, Ng, Sander, "LOF: identifying density-based local outliers", SIGMOD
 * 2000. Deviation: neighbours are sought in a sample of the training rows only; a row that equals
 * one of them is not its own neighbour.
 *
 * @param neighbors 1 to 256, default 20
 * @param referenceRows 2 to 4096, default 1024; fewer when a row has more than 512 features, at
 *     most 2^21 numbers in all
 */
public record LocalOutlierFactor(int neighbors, int referenceRows) implements Detector {
  public static final String NAME = "local_outlier_factor";

  public LocalOutlierFactor {
    Parameters.checked("n_neighbors", neighbors, 1, Knn.MAX_NEIGHBORS);
    Parameters.checked("reference_rows", referenceRows, 2, 4096);
  }

  /** 20 neighbours in 1,024 rows. */
  public LocalOutlierFactor() {
    this(20, 1024);
  }

  static LocalOutlierFactor of(Parameters parameters) {
    parameters.only(NAME, "n_neighbors", "reference_rows");
    return new LocalOutlierFactor(
        parameters.integer("n_neighbors", 20), parameters.integer("reference_rows", 1024));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public FittedDetector fit(double[][] rows, long seed) {
    double[][] sample =
        ReferenceRows.sample(Detectors.checked(rows), referenceRows, new SplitMix(seed));
    return FittedLocalOutlierFactor.fit(neighbors, ReferenceRows.of(sample));
  }
}
