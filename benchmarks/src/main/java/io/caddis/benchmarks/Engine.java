// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

/** One library's form of one detector. Scores are higher for more anomalous rows. */
interface Engine {
  /**
   * Learns from rows.
   *
   * @param rows {@code double[rows][features]}; not changed
   * @param seed of the random choices, where the library lets it be set
   */
  Fitted fit(double[][] rows, long seed);

  /** Learns from rows and scores the same rows. */
  default double[] fitBatch(double[][] rows, long seed) {
    return fit(rows, seed).batch(rows);
  }

  /** What an engine has learned. */
  interface Fitted {
    double score(double[] row);

    /** Scores of many rows, by the library's own method for it where it has one. */
    default double[] batch(double[][] rows) {
      double[] scores = new double[rows.length];
      for (int i = 0; i < rows.length; i++) {
        scores[i] = score(rows[i]);
      }
      return scores;
    }

    /** Learns from one more row. */
    default void update(double[] row) {
      throw new UnsupportedOperationException("does not learn row by row");
    }

    /** Size when written. */
    long bytes();
  }
}
