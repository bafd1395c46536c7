// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

/**
 * The two-sample test of Kolmogorov and Smirnov.
 *
 * @param statistic largest distance between the two empirical distributions, 0 to 1
 * @param pValue chance of a distance at least as large if both samples came from one distribution,
 *     by the asymptotic distribution with Stephens' correction for small samples (Journal of the
 *     Royal Statistical Society B 32, 1970); good from about 20 values a sample on
 */
public record KolmogorovSmirnov(double statistic, double pValue) {

  /**
   * @param one sorted, ascending, at least one value, no NaN
   * @param other likewise
   */
  public static KolmogorovSmirnov of(double[] one, double[] other) {
    double largest = 0;
    int i = 0;
    int j = 0;
    while (i < one.length && j < other.length) {
      double value = Math.min(one[i], other[j]);
      while (i < one.length && one[i] <= value) {
        i++;
      }
      while (j < other.length && other[j] <= value) {
        j++;
      }
      largest = Math.max(largest, Math.abs((double) i / one.length - (double) j / other.length));
    }
    double root = Math.sqrt((double) one.length * other.length / (one.length + other.length));
    return new KolmogorovSmirnov(largest, tail((root + 0.12 + 0.11 / root) * largest));
  }

  /** Upper tail of the Kolmogorov distribution. */
  static double tail(double x) {
    if (x < 0.2) {
      // 1 to more than 20 digits, where the series converges slowly
      return 1;
    }
    double sum = 0;
    for (int k = 1; k <= 100; k++) {
      double term = StrictMath.exp(-2.0 * k * k * x * x);
      sum += k % 2 == 1 ? term : -term;
      if (term < 1e-17) {
        break;
      }
    }
    return Math.max(0, Math.min(2 * sum, 1));
  }
}
