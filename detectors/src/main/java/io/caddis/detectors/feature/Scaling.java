// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

/** How encoded columns are brought to comparable size: {@code (value - center) / unit}. */
public enum Scaling {
  /** As they are. */
  NONE,
  /** Center = mean, unit = standard deviation, or 1 if that is 0. */
  STANDARD,
  /**
   * Center = median, unit = distance between the quartiles, or else the standard deviation, or else
   * 1. Outliers in the training rows do not move it.
   */
  ROBUST;

  /** What is subtracted from a column with these statistics. */
  public double center(ColumnStatistics statistics) {
    return switch (this) {
      case NONE -> 0;
      case STANDARD -> statistics.mean();
      case ROBUST -> statistics.median();
    };
  }

  /** What a column with these statistics is divided by; above 0. */
  public double unit(ColumnStatistics statistics) {
    return switch (this) {
      case NONE -> 1;
      case STANDARD -> statistics.std() > 0 ? statistics.std() : 1;
      case ROBUST -> statistics.robustUnit();
    };
  }
}
