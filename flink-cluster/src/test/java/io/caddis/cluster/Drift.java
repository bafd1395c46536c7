// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.util.Arrays;

/**
 * How a series changes over time: the slope of Theil and Sen, which is the median of the slopes
 * between all pairs of samples, so that up to a quarter of them may be outliers.
 *
 * <p>Source: P. K. Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 63
 * (1968), whose limits these are. Samples that depend on each other make them too narrow.
 *
 * @param median of the values
 * @param perHour by which they rise
 * @param least the slope at 99 % confidence
 * @param most the slope at 99 % confidence
 */
record Drift(double median, double perHour, double least, double most) {
  /** Of the normal distribution, both sides together 1 %. */
  private static final double DEVIATIONS = 2.576;

  /**
   * Of a series of at least two samples.
   *
   * @param hours when each was taken, rising
   */
  static Drift of(double[] hours, double[] values) {
    int count = hours.length;
    double[] slopes = new double[count * (count - 1) / 2];
    int next = 0;
    for (int i = 0; i < count; i++) {
      for (int j = i + 1; j < count; j++) {
        slopes[next++] = (values[j] - values[i]) / (hours[j] - hours[i]);
      }
    }
    Arrays.sort(slopes);
    double spread = DEVIATIONS * Math.sqrt(count * (count - 1.0) * (2 * count + 5) / 18);
    int last = slopes.length - 1;
    int below = (int) Math.max(0, Math.floor((slopes.length - spread) / 2));
    int above = (int) Math.min(last, Math.ceil((slopes.length + spread) / 2));
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Drift(middle(sorted), middle(slopes), slopes[below], slopes[above]);
  }

  private static double middle(double[] sorted) {
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  /**
   * Whether it is certain that an hour adds more.
   *
   * @param share of the median
   */
  boolean exceeds(double share) {
    return least > share * Math.abs(median);
  }
}
