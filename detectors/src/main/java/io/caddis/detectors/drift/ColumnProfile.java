// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

import io.caddis.detectors.feature.ColumnStatistics;
import io.caddis.detectors.feature.FeatureEncoder;
import java.util.Arrays;

/**
 * How one numeric feature of a sample is distributed, in at most 1.9 KB, to be compared with later
 * ones.
 *
 * <p>A plain record, so that keyed state can hold it; its layout is a format.
 *
 * @param feature its name
 * @param count values that were not missing
 * @param mean of them, NaN when there are none
 * @param std of them
 * @param deciles the nine of them
 * @param shares of the ten parts that the deciles cut, which are not tenths where values repeat
 * @param values the values, or {@value #VALUES} of them spread evenly over their ranks, ascending
 */
public record ColumnProfile(
    String feature,
    int count,
    double mean,
    double std,
    double[] deciles,
    double[] shares,
    double[] values) {
  /** Most values kept. */
  public static final int VALUES = 200;

  private static final int PARTS = 10;

  /**
   * Profile of a feature.
   *
   * @param numbers its values in any order, NaN = missing; not changed
   */
  public static ColumnProfile of(String feature, double[] numbers) {
    double[] sorted =
        Arrays.stream(numbers)
            .filter(number -> !Double.isNaN(number))
            .map(n -> Math.max(-FeatureEncoder.LIMIT, Math.min(n, FeatureEncoder.LIMIT)))
            .sorted()
            .toArray();
    if (sorted.length == 0) {
      double[] none = new double[0];
      return new ColumnProfile(feature, 0, Double.NaN, Double.NaN, none, none, none);
    }
    ColumnStatistics statistics = ColumnStatistics.of(sorted);
    double[] deciles = new double[PARTS - 1];
    for (int i = 0; i < deciles.length; i++) {
      deciles[i] = ColumnStatistics.quantile(sorted, (i + 1) / (double) PARTS);
    }
    double[] kept = new double[Math.min(sorted.length, VALUES)];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = sorted[(int) ((long) i * sorted.length / kept.length)];
    }
    return new ColumnProfile(
        feature,
        sorted.length,
        statistics.mean(),
        statistics.std(),
        deciles,
        shares(sorted, deciles),
        kept);
  }

  /** The share of the values in each part; a value on an edge belongs to the part below. */
  private static double[] shares(double[] sorted, double[] edges) {
    double[] shares = new double[edges.length + 1];
    int part = 0;
    for (double value : sorted) {
      while (part < edges.length && value > edges[part]) {
        part++;
      }
      shares[part] += 1.0 / sorted.length;
    }
    return shares;
  }

  /**
   * Population stability index of another sample, by this one's deciles: below 0.1 no change worth
   * the name, above 0.25 a large one.
   */
  double stabilityIndex(ColumnProfile current) {
    double[] now = shares(current.values, deciles);
    double index = 0;
    for (int i = 0; i < shares.length; i++) {
      // an empty part is counted as one in ten thousand
      double expected = Math.max(shares[i], 1e-4);
      double actual = Math.max(now[i], 1e-4);
      index += (actual - expected) * StrictMath.log(actual / expected);
    }
    return index;
  }
}
