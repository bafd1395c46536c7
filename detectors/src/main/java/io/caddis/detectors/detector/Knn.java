// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * Distance to the nearest of a bounded set of usual training rows.
 *
 * <p>The raw score is the mean Euclidean distance to the {@code neighbors} nearest reference rows,
 * 0 or more, higher = more anomalous. Scoring takes at most {@code referenceRows * features}
 * multiplications.
 *
 * <p>Source: Angiulli, Pizzuti, "Fast outlier detection in high dimensional spaces", PKDD 2002.
 * Deviation: the reference is a sample of the training rows, without the tenth of it that an {@link
 * IsolationForest} finds most anomalous.
 *
 * @param neighbors 1 to 256, default 5
 * @param method which of their distances is the score
 * @param referenceRows 2 to 4096, default 256; fewer when a row has more than 512 features, at most
 *     2^21 numbers in all
 */
public record Knn(int neighbors, Method method, int referenceRows) implements Detector {
  public static final String NAME = "knn";
  static final int MAX_NEIGHBORS = 256;

  /** Share of the candidates that is not taken into a reference. */
  static final double DROP = 0.1;

  /** What the score is. */
  public enum Method {
    /** Mean of the distances to the neighbours. */
    MEAN,
    /** Distance to the farthest of them. */
    LARGEST
  }

  public Knn {
    Parameters.checked("n_neighbors", neighbors, 1, MAX_NEIGHBORS);
    Parameters.checked("reference_rows", referenceRows, 2, 4096);
  }

  /** Mean distance to 5 of 256 rows. */
  public Knn() {
    this(5, Method.MEAN, 256);
  }

  static Knn of(Parameters parameters) {
    parameters.only(NAME, "n_neighbors", "method", "reference_rows");
    Method method =
        switch (parameters.text("method", "mean")) {
          case "mean" -> Method.MEAN;
          case "largest" -> Method.LARGEST;
          default ->
              throw new IllegalArgumentException(
                  "method must be mean or largest, was '" + parameters.text("method", "") + "'");
        };
    return new Knn(
        parameters.integer("n_neighbors", 5), method, parameters.integer("reference_rows", 256));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public FittedDetector fit(double[][] rows, long seed) {
    return fit(rows, new IsolationForest().fit(rows, seed), new SplitMix(seed));
  }

  /** As {@link #fit(double[][], long)}, with a forest that was fitted on the rows before. */
  FittedKnn fit(double[][] rows, FittedDetector forest, SplitMix random) {
    return new FittedKnn(
        neighbors,
        method,
        ReferenceRows.of(ReferenceRows.cleanSample(rows, referenceRows, DROP, forest, random)));
  }
}
