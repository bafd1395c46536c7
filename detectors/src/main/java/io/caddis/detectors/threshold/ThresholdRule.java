// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.threshold;

import io.caddis.detectors.feature.ColumnStatistics;
import java.io.Serializable;
import java.util.Locale;

/**
 * How the boundary between usual and anomalous follows from the raw scores of the training rows.
 *
 * @param method what {@code value} means
 * @param value see {@link Method}
 */
public record ThresholdRule(Method method, double value) implements Serializable {
  /** Contamination that places the boundary of {@link Method#FIXED} on the 0-1 scale. */
  private static final double FIXED_CONTAMINATION = 0.1;

  /** Ways to set a threshold. */
  public enum Method {
    /** Share of the training rows that is anomalous, 0 to 0.5. */
    CONTAMINATION(0.5),
    /** Percentile of the training scores, 0 to 100. */
    PERCENTILE(100),
    /** Mean of the training scores plus so many standard deviations, 0 to 1000. */
    STD(1000),
    /** A score from 0 to 1; the scale itself is that of contamination 0.1. */
    FIXED(1),
    /**
     * Share of usual rows that may be flagged, 0 to 0.5, by the tail of the training scores (see
     * {@link Spot}): the boundary may lie beyond all of them.
     */
    SPOT(0.5),
    /** The raw score itself, whatever the training scores. */
    RAW(-Double.MAX_VALUE, Double.MAX_VALUE);

    private final double min;
    private final double max;

    Method(double max) {
      this(0, max);
    }

    Method(double min, double max) {
      this.min = min;
      this.max = max;
    }
  }

  public ThresholdRule {
    if (!(value >= method.min && value <= method.max)) {
      throw new IllegalArgumentException(
          "%s must be %s to %s, was %s"
              .formatted(word(method), plain(method.min), plain(method.max), plain(value)));
    }
  }

  /**
   * The raw score at which a row starts to be anomalous.
   *
   * <p>It lies above the quantile or sum that the method asks for, by a millionth of the spread of
   * the scores: training rows that score exactly there are usual, also when they all do. It never
   * rises as contamination rises.
   *
   * @param sorted raw scores of the training rows, ascending, finite, at least one
   */
  public double rawThreshold(double[] sorted) {
    if (method == Method.RAW) {
      return value;
    }
    double base =
        switch (method) {
          case CONTAMINATION -> ColumnStatistics.quantile(sorted, 1 - value);
          case PERCENTILE -> ColumnStatistics.quantile(sorted, value / 100);
          case STD -> {
            ColumnStatistics statistics = ColumnStatistics.of(sorted);
            yield statistics.mean() + value * statistics.std();
          }
          case SPOT -> Spot.quantile(sorted, value);
          case RAW -> value;
          case FIXED -> ColumnStatistics.quantile(sorted, 1 - FIXED_CONTAMINATION);
        };
    double median = ColumnStatistics.quantile(sorted, 0.5);
    return Math.min(
        base + 1e-6 * Math.max(Math.abs(base - median), ScoreScale.floor(base)), Double.MAX_VALUE);
  }

  /** The share of the training rows that the rule takes to be anomalous, 0 to 1. */
  public double contamination() {
    return switch (method) {
      case CONTAMINATION, SPOT -> value;
      case PERCENTILE -> 1 - value / 100;
      case STD, FIXED, RAW -> FIXED_CONTAMINATION;
    };
  }

  /** The score from 0 to 1 at or above which a reading is anomalous. */
  public double scoreThreshold() {
    return method == Method.FIXED ? value : ScoreScale.BOUNDARY;
  }

  @Override
  public String toString() {
    return word(method) + " " + plain(value);
  }

  private static String word(Method method) {
    return method.name().toLowerCase(Locale.ROOT);
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }
}
