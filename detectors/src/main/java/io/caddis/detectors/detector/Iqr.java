// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import io.caddis.detectors.feature.ColumnStatistics;

/**
 * The largest distance of any feature from the box between its training quartiles, in widths of
 * that box.
 *
 * <p>The raw score is 0 inside all boxes, 1.5 at the whiskers of a box plot, higher = more
 * anomalous. A feature whose quartiles are equal counts in standard deviations, one that was
 * constant in training in its own unit.
 *
 * <p>Source: Tukey, "Exploratory Data Analysis", 1977.
 */
public record Iqr() implements Detector {
  public static final String NAME = "iqr";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public FittedDetector fit(double[][] rows, long seed) {
    double[][] columns = Detectors.columns(rows);
    double[] low = new double[columns.length];
    double[] high = new double[columns.length];
    double[] units = new double[columns.length];
    for (int feature = 0; feature < columns.length; feature++) {
      ColumnStatistics statistics = ColumnStatistics.of(columns[feature]);
      low[feature] = statistics.lowerQuartile();
      high[feature] = statistics.upperQuartile();
      units[feature] = statistics.robustUnit();
    }
    return new FittedBands(NAME, low, high, units);
  }
}
