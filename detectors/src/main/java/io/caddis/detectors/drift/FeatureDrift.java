// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How one numeric feature's distribution has moved from a reference sample to the current one.
 *
 * @param feature its name
 * @param referenceMean mean of the reference
 * @param mean mean now
 * @param meanShift of the mean, as a share of the reference's mean; where that mean is within one
 *     standard deviation of 0, as a share of that deviation
 * @param relative whether {@code meanShift} is a share of the mean
 * @param stdShift of the standard deviation, as a share of the reference's
 * @param stabilityIndex population stability index by the reference's deciles
 * @param test two-sample test of Kolmogorov and Smirnov
 */
public record FeatureDrift(
    String feature,
    double referenceMean,
    double mean,
    double meanShift,
    boolean relative,
    double stdShift,
    double stabilityIndex,
    KolmogorovSmirnov test) {
  /** Shift of a mean that is told. */
  public static final double MEAN_LIMIT = 0.2;

  /** Shift of a standard deviation that is told. */
  public static final double STD_LIMIT = 0.3;

  /** Stability index that is told. */
  public static final double INDEX_LIMIT = 0.25;

  /**
   * Chance of a distance in distribution that is told if the distance is {@link #DISTANCE_LIMIT}.
   */
  public static final double P_LIMIT = 0.001;

  public static final double DISTANCE_LIMIT = 0.2;

  /** Compares two profiles, both with at least two values. */
  static FeatureDrift between(ColumnProfile reference, ColumnProfile current) {
    boolean relative = Math.abs(reference.mean()) > reference.std();
    double unit = relative ? Math.abs(reference.mean()) : reference.std();
    return new FeatureDrift(
        reference.feature(),
        reference.mean(),
        current.mean(),
        share(current.mean() - reference.mean(), unit),
        relative,
        share(current.std() - reference.std(), reference.std()),
        reference.stabilityIndex(current),
        KolmogorovSmirnov.of(reference.values(), current.values()));
  }

  /** A constant that stays has no shift, one that changes an infinite one. */
  private static double share(double shift, double unit) {
    return shift == 0 ? 0 : shift / unit;
  }

  /** What is worth telling, in words; empty when nothing is. */
  public List<String> issues() {
    List<String> issues = new ArrayList<>();
    if (Math.abs(meanShift) > MEAN_LIMIT) {
      issues.add(
          "%s: mean %s %s%s"
              .formatted(
                  feature,
                  meanShift > 0 ? "rose" : "fell",
                  percent(meanShift),
                  relative || Double.isInfinite(meanShift) ? "" : " of its standard deviation"));
    }
    if (Math.abs(stdShift) > STD_LIMIT) {
      issues.add(
          "%s: standard deviation %s %s"
              .formatted(feature, stdShift > 0 ? "rose" : "fell", percent(stdShift)));
    }
    if (stabilityIndex > INDEX_LIMIT) {
      issues.add(
          String.format(
              Locale.ROOT,
              "%s: population stability index is %.2f, above %.2f",
              feature,
              stabilityIndex,
              INDEX_LIMIT));
    }
    if (test.pValue() < P_LIMIT && test.statistic() > DISTANCE_LIMIT) {
      issues.add(
          String.format(
              Locale.ROOT,
              "%s: distributions differ by %.2f (Kolmogorov-Smirnov, p = %.1e)",
              feature,
              test.statistic(),
              test.pValue()));
    }
    return issues;
  }

  private static String percent(double share) {
    return Double.isInfinite(share)
        ? "from 0"
        : String.format(Locale.ROOT, "by %.0f %%", 100 * Math.abs(share));
  }
}
