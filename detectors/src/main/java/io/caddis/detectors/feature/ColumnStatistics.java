// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import java.util.Arrays;

/**
 * Where the values of one column lie.
 *
 * @param mean arithmetic mean
 * @param std standard deviation of the population, exactly 0 if all values are equal
 * @param lowerQuartile first quartile
 * @param median second quartile
 * @param upperQuartile third quartile
 */
public record ColumnStatistics(
    double mean, double std, double lowerQuartile, double median, double upperQuartile) {

  /**
   * Statistics of the values, at least one, all finite and within ±1e150 so that no square
   * overflows; they are not changed.
   */
  public static ColumnStatistics of(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double sum = 0;
    for (double value : sorted) {
      sum += value;
    }
    double min = sorted[0];
    double max = sorted[sorted.length - 1];
    // rounding must not push the mean of equal values away from them
    double mean = Math.max(min, Math.min(sum / sorted.length, max));
    double squares = 0;
    for (double value : sorted) {
      squares += (value - mean) * (value - mean);
    }
    return new ColumnStatistics(
        mean,
        Math.sqrt(squares / sorted.length),
        quantile(sorted, 0.25),
        quantile(sorted, 0.5),
        quantile(sorted, 0.75));
  }

  /** Distance between the quartiles, or else the standard deviation, or else 1: never 0. */
  public double robustUnit() {
    double range = upperQuartile - lowerQuartile;
    return range > 0 ? range : std > 0 ? std : 1;
  }

  /**
   * Linear interpolation between the closest ranks: definition 7 of Hyndman and Fan, "Sample
   * Quantiles in Statistical Packages", 1996, as in NumPy and R. Never falls as {@code fraction}
   * rises.
   *
   * @param sorted ascending, at least one value
   * @param fraction 0 to 1
   */
  public static double quantile(double[] sorted, double fraction) {
    double rank = fraction * (sorted.length - 1);
    int below = (int) rank;
    double low = sorted[below];
    double high = sorted[Math.min(below + 1, sorted.length - 1)];
    return Math.min(low + (rank - below) * (high - low), high);
  }

  /**
   * Mean by which the values above a level exceed it; 0 when none does.
   *
   * @param sorted ascending
   */
  public static double meanExcess(double[] sorted, double level) {
    double mean = 0;
    int count = 0;
    for (int i = sorted.length - 1; i >= 0 && sorted[i] > level; i--) {
      count++;
      mean += (sorted[i] - level - mean) / count;
    }
    return mean;
  }
}
