// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.warmup;

import io.caddis.detectors.event.Attribution;
import io.caddis.detectors.feature.FeatureEncoder;
import java.util.List;

/**
 * Scores a row against the sensor's own statistics while there is no model: the largest deviation
 * over the features, with a Student t distribution's allowance for how little has been seen. The
 * first value of a feature scores nothing.
 *
 * <p>Stateless and thread-safe.
 */
public final class WarmUp {
  /** Version that scores carry in place of a model's. */
  public static final String VERSION = "warm-up";

  /** Chance that a row of a quiet sensor reaches the boundary. */
  private static final double FALSE_ALARM_RATE = 1e-3;

  /**
   * Most deviations of a value between others of its feature. Few readings do not tell how a
   * feature is distributed, and one that is rarely on, say, is many deviations away when it is.
   */
  private static final double IN_RANGE = 2;

  private WarmUp() {}

  /**
   * @param numbers numeric features, NaN = missing
   * @return the largest deviation over the features in standard normal units, at least 0
   */
  public static double rawScore(SensorStatistics statistics, double[] numbers) {
    double worst = 0;
    for (int i = 0; i < numbers.length; i++) {
      worst = Math.max(worst, rawScore(statistics, numbers, i));
    }
    return worst;
  }

  private static double rawScore(SensorStatistics statistics, double[] numbers, int i) {
    int count = i < statistics.counts().length ? statistics.counts()[i] : 0;
    if (count < 2 || Double.isNaN(numbers[i])) {
      return 0;
    }
    double number = FeatureEncoder.limited(numbers[i]);
    double deviation = Math.abs(number - statistics.means()[i]);
    double score = normalScore(deviation, statistics.squares()[i], count);
    return statistics.inRange(i, number) ? Math.min(score, IN_RANGE) : score;
  }

  /**
   * Which features make the row's score; the farthest, which alone sets it, has by far the most.
   *
   * @param names of the numeric features, at least one
   */
  public static Attribution explain(
      SensorStatistics statistics, double[] numbers, String[] names, double score) {
    double[] squares = new double[names.length];
    for (int i = 0; i < squares.length; i++) {
      double raw = rawScore(statistics, numbers, i);
      squares[i] = raw * raw;
    }
    Attribution attribution = Attribution.of(score, names, squares);
    int worst = List.of(names).indexOf(attribution.features()[0]);
    return worst < statistics.means().length
        ? attribution.expecting(statistics.means()[worst])
        : attribution;
  }

  private static double normalScore(double deviation, double squares, int count) {
    if (deviation == 0) {
      return 0;
    }
    if (squares == 0) {
      // Constant so far: one in count + 1 values was different, and its distance has no unit to be
      // measured in.
      return Math.sqrt(2 * StrictMath.log(count + 1.0));
    }
    double freedom = count - 1;
    double t = deviation / Math.sqrt(squares / freedom * (1 + 1.0 / count));
    // Student t to standard normal: Wallace, Annals of Mathematical Statistics 30 (1959).
    return (8 * freedom + 1)
        / (8 * freedom + 3)
        * Math.sqrt(freedom * StrictMath.log1p(t * t / freedom));
  }

  /**
   * @param rawScore from {@link #rawScore}
   * @param features how many features took part: the more, the larger a deviation is ordinary
   * @return 0 to 1, 0.5 = the boundary
   */
  public static double score(double rawScore, int features) {
    // Bonferroni over the features with the Gaussian tail bound P(|Z| > z) <= 2 exp(-z^2 / 2).
    double boundary = Math.sqrt(2 * StrictMath.log(2 * Math.max(1, features) / FALSE_ALARM_RATE));
    double x = rawScore / boundary - 1;
    return x >= 0 ? 1 - 0.5 / ((1 + x) * (1 + x)) : 0.5 / (1 - 2 * x);
  }
}
