// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import io.caddis.detectors.feature.ColumnStatistics;

/**
 * The largest distance of any feature from its training mean, in standard deviations.
 *
 * <p>The raw score is 0 or more, higher = more anomalous. A feature that was constant in training
 * counts its distance in its own unit, as if its standard deviation were 1.
 */
public record ZScore() implements Detector {
  public static final String NAME = "zscore";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public FittedDetector fit(double[][] rows, long seed) {
    double[][] columns = Detectors.columns(rows);
    double[] means = new double[columns.length];
    double[] deviations = new double[columns.length];
    for (int feature = 0; feature < columns.length; feature++) {
      ColumnStatistics statistics = ColumnStatistics.of(columns[feature]);
      means[feature] = statistics.mean();
      deviations[feature] = statistics.std() > 0 ? statistics.std() : 1;
    }
    return new FittedBands(NAME, means, means, deviations);
  }
}
