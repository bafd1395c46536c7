// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.quality;

import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.QualityKind;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks of one sensor's readings against its own past: flatline, gap, spike, rate of change and
 * range, in constant memory and time a feature.
 *
 * <p>Every check asks one question: is this more than a multiple of the largest that is usual? The
 * largest usual interval, step or run is a maximum that forgets ({@link #usual}), and an
 * exceptional one raises it by no more than a quarter, so that a single fault does not teach the
 * sensor that faults are usual while a lasting change of habit is learned. Nothing is judged before
 * enough has been seen.
 *
 * <p>An episode is told once: a flatline or a gap until it ends, the others until {@value #QUIET}
 * values in a row were usual again. A feature's value is blamed for one thing at a time, what is
 * declared first.
 *
 * <p>Stateless but for scratch; a {@link SensorQuality} belongs to one thread at a time.
 */
public final class SensorChecks {
  /** Features checked a sensor, so that its state stays below 8 KB; those after are not. */
  public static final int MAX_FEATURES = 64;

  /** {@link #silentFrom} of a sensor whose silence is not judged. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final long NONE = Long.MIN_VALUE;

  /** Values of a feature, or intervals, before it is judged. */
  static final int JUDGED_FROM = 32;

  /** Usual values that end the episode of a jump. */
  static final int QUIET = 10;

  private static final double GAP_FACTOR = 3;
  private static final double LEARNED_EXCESS = 1.25;
  private static final double FORGOTTEN = 1 - 1.0 / 1024;

  private static final double WEIGHT = 1.0 / 32;

  private static final double INTERVAL_CLIP = 3;

  // places in SensorQuality.clock
  private static final int LATEST = 0;
  private static final int TIMER = 1;
  private static final int TOLD = 2;
  private static final int INTERVALS = 3;

  private final QualityRules rules;
  private final boolean gap;
  private final ValueChecks[] features;

  /**
   * @param features names of the numbers that {@link #check} receives
   * @throws IllegalArgumentException if the rules have limits for a feature that is not among them
   */
  public SensorChecks(QualityRules rules, List<String> features) {
    for (QualityRules.Limits limits : rules.features()) {
      if (!features.contains(limits.feature())) {
        throw new IllegalArgumentException(
            "quality limits must name a numeric feature, was '%s' (features: %s)"
                .formatted(limits.feature(), String.join(", ", features)));
      }
    }
    this.rules = rules;
    gap = rules.checks(QualityKind.GAP);
    this.features = new ValueChecks[Math.min(features.size(), MAX_FEATURES)];
    for (int i = 0; i < this.features.length; i++) {
      this.features[i] = new ValueChecks(rules, features.get(i), i);
    }
  }

  /** The state of a sensor that has not been seen. */
  public SensorQuality newState() {
    int count = features.length;
    return new SensorQuality(
        new long[] {NONE, NONE, NONE, 0},
        new double[2],
        new long[count * ValueChecks.TIMES],
        new double[count * ValueChecks.NUMBERS],
        new int[count * ValueChecks.COUNTS]);
  }

  /** Whether a state was made for as many features. */
  public boolean accepts(SensorQuality state) {
    return state.counts().length == features.length * ValueChecks.COUNTS;
  }

  /**
   * Takes in a reading and tells what is wrong with it.
   *
   * @param state one that this {@link #accepts}; changed
   * @param key the sensor
   * @param timestamp event time, epoch milliseconds; a reading older than the one before is left
   *     out
   * @param numbers numeric features in the constructor's order, NaN = missing
   * @param out receives what is wrong, seldom anything
   */
  public void check(
      SensorQuality state,
      String key,
      long timestamp,
      double[] numbers,
      Consumer<QualityIssue> out) {
    long latest = state.clock()[LATEST];
    if (timestamp < latest) {
      return;
    }
    boolean afterGap = false;
    if (latest != NONE && timestamp > latest) {
      long limit = silentFrom(state);
      afterGap = timestamp > limit;
      if (afterGap && state.clock()[TOLD] != latest) {
        out.accept(silence(key, latest, timestamp, limit));
      }
      learnInterval(state, timestamp - latest);
    }
    state.clock()[LATEST] = timestamp;
    double interval = Math.max(1, state.intervals()[0]);
    for (int i = 0; i < features.length; i++) {
      double value = numbers[i];
      if (!Double.isNaN(value)) {
        features[i].check(state, key, timestamp, value, interval, afterGap, out);
      }
    }
  }

  /** Event time of the latest reading, epoch milliseconds; {@link Long#MIN_VALUE} = none. */
  public static long latest(SensorQuality state) {
    return state.clock()[LATEST];
  }

  /** Event time after which the sensor has been silent for too long, or {@link #NEVER}. */
  public long silentFrom(SensorQuality state) {
    long latest = state.clock()[LATEST];
    if (!gap || latest == NONE) {
      return NEVER;
    }
    if (rules.gapMillis() > 0) {
      return latest + rules.gapMillis();
    }
    return state.clock()[INTERVALS] < JUDGED_FROM
        ? NEVER
        : latest + (long) Math.ceil(GAP_FACTOR * state.intervals()[1]);
  }

  /**
   * The issue of a sensor that is silent at this time; null when it is not, or when that has been
   * told.
   *
   * @param now event time that has been reached without a reading, epoch milliseconds
   */
  public @Nullable QualityIssue silentAt(SensorQuality state, String key, long now) {
    long limit = silentFrom(state);
    long latest = state.clock()[LATEST];
    if (now <= limit || state.clock()[TOLD] == latest) {
      return null;
    }
    state.clock()[TOLD] = latest;
    return silence(key, latest, now, limit);
  }

  /**
   * Event time of the timer in flight that will ask {@link #silentAt}; to be kept by the caller.
   */
  public static long timer(SensorQuality state) {
    return state.clock()[TIMER];
  }

  /**
   * @param time see {@link #timer}; {@link Long#MIN_VALUE} = none is in flight
   */
  public static void setTimer(SensorQuality state, long time) {
    state.clock()[TIMER] = time;
  }

  private static QualityIssue silence(String key, long latest, long now, long limit) {
    double seconds = (now - latest) / 1000.0;
    double allowed = (limit - latest) / 1000.0;
    return new QualityIssue(
        key, null, QualityKind.GAP, latest, now, seconds, allowed, Texts.gap(seconds, allowed));
  }

  private static void learnInterval(SensorQuality state, long interval) {
    double[] intervals = state.intervals();
    long seen = state.clock()[INTERVALS]++;
    double mean = intervals[0];
    double clipped = seen < JUDGED_FROM ? interval : Math.min(interval, INTERVAL_CLIP * mean);
    intervals[0] = mean + Math.max(WEIGHT, 1.0 / (seen + 1)) * (clipped - mean);
    intervals[1] =
        seen < JUDGED_FROM ? Math.max(intervals[1], interval) : usual(intervals[1], interval);
  }

  /** The largest usual value after one more: forgets slowly, learns excesses with caution. */
  static double usual(double largest, double value) {
    return Math.max(Math.min(value, LEARNED_EXCESS * largest), FORGOTTEN * largest);
  }
}
