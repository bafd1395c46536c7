// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.threshold;

import io.caddis.detectors.feature.ColumnStatistics;

/**
 * The map from raw scores to the scale from 0 to 1 on which 0.5 is the learned boundary.
 *
 * <pre>
 * raw &gt;= t:   1 - 0.5 / (1 + (raw - t) / above)^2
 * raw &lt; t:    0.5 / (1 + (t - raw) / below)
 * </pre>
 *
 * Continuous and, up to double precision, strictly increasing; exactly 0.5 at {@code t}; never NaN.
 * With {@code below} = t - median, the median training row scores 0.25.
 *
 * @param rawThreshold t, finite
 * @param above raw distance over which the score rises from 0.5 to 0.875: the mean excess of the
 *     training scores over their 90 % quantile, or {@code t} - median if that is more: a row is not
 *     critical because the training scores happened to end abruptly; above 0
 * @param below raw distance over which the score falls from 0.5 to 0.25; above 0
 */
public record ScoreScale(double rawThreshold, double above, double below) {
  /** The score of a row that lies exactly on the learned boundary. */
  public static final double BOUNDARY = 0.5;

  public ScoreScale {
    if (!Double.isFinite(rawThreshold)) {
      throw new IllegalArgumentException("rawThreshold must be finite, was " + rawThreshold);
    }
    if (!(above > 0 && above < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("above must be positive and finite, was " + above);
    }
    if (!(below > 0 && below < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("below must be positive and finite, was " + below);
    }
  }

  /**
   * Learns the scale.
   *
   * @param sorted raw scores of the training rows, ascending, finite, at least one
   * @param rawThreshold as {@link ThresholdRule#rawThreshold} gave it
   */
  public static ScoreScale fit(double[] sorted, double rawThreshold) {
    double tail = ColumnStatistics.quantile(sorted, 0.9);
    double excess = ColumnStatistics.meanExcess(sorted, tail);
    double floor = floor(rawThreshold);
    double below = rawThreshold - ColumnStatistics.quantile(sorted, 0.5);
    return new ScoreScale(
        rawThreshold,
        Math.min(Math.max(excess, Math.max(floor, below)), Double.MAX_VALUE),
        Math.min(Math.max(below, floor), Double.MAX_VALUE));
  }

  /**
   * The scale with another boundary, and the same unit above it; below it the median training row
   * scores 0.25 as before, if it still lies below.
   *
   * @param raw the raw score that is to score 0.5, finite
   */
  public ScoreScale movedTo(double raw) {
    double moved = Math.max(below + (raw - rawThreshold), floor(raw));
    return new ScoreScale(raw, above, Math.min(moved, Double.MAX_VALUE));
  }

  /**
   * The raw score of a score, the inverse of {@link #score}.
   *
   * @param score above 0, below 1
   */
  public double raw(double score) {
    if (!(score > 0 && score < 1)) {
      throw new IllegalArgumentException("score must be above 0 and below 1, was " + score);
    }
    return score < BOUNDARY
        ? rawThreshold - below * (BOUNDARY / score - 1)
        : rawThreshold + above * (Math.sqrt(BOUNDARY / (1 - score)) - 1);
  }

  /** The least spread that scores around {@code raw} are taken to have; above 0. */
  static double floor(double raw) {
    return 1e-6 * Math.max(Math.abs(raw), 1e-6);
  }

  /**
   * The score of a raw score: 0 to 1, also for infinite ones. NaN, which no detector gives, is 1.
   */
  public double score(double raw) {
    if (raw < rawThreshold) {
      return BOUNDARY / (1 + (rawThreshold - raw) / below);
    }
    double distance = 1 + (raw - rawThreshold) / above;
    return Double.isNaN(distance) ? 1 : 1 - BOUNDARY / (distance * distance);
  }
}
