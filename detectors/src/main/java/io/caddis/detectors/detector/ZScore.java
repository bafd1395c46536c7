// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import io.caddis.detectors.feature.ColumnStatistics;
import io.caddis.detectors.feature.Scaling;

/**
 * The largest distance of any feature from its training mean, in standard deviations.
 *
 * <p>The raw score is 0 or more, higher = more anomalous. A feature that was constant in training
 * counts its distance in its own unit, as if its standard deviation were 1. Goes on learning with
 * every row counting alike.
 */
public record ZScore() implements Detector {
  public static final String NAME = "zscore";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean updatable() {
    return true;
  }

  @Override
  public Updatable fit(double[][] rows, long seed) {
    double[][] columns = Detectors.columns(rows);
    double[] means = new double[columns.length];
    double[] units = new double[columns.length];
    double[] squares = new double[columns.length];
    for (int feature = 0; feature < columns.length; feature++) {
      ColumnStatistics statistics = ColumnStatistics.of(columns[feature]);
      means[feature] = Scaling.STANDARD.center(statistics);
      units[feature] = Scaling.STANDARD.unit(statistics);
      squares[feature] =
          Math.min(rows.length * statistics.std() * statistics.std(), Double.MAX_VALUE);
    }
    return new FittedZScore(means, units, rows.length, squares);
  }
}
