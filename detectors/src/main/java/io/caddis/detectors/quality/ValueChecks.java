// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.quality;

import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.QualityKind;
import io.caddis.detectors.feature.FeatureEncoder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The checks of {@link SensorChecks} that look at one feature's values. */
final class ValueChecks {
  /** Completed runs of equal values before a flatline is judged. */
  private static final int RUNS_FROM = 16;

  private static final double RUN_FACTOR = 4;
  private static final int SHORTEST_FLATLINE = 20;
  private static final double SPIKE_STEPS = 3;
  private static final double RATE_STEPS = 4;

  /** Weight of a new value in the recent level. */
  private static final double WEIGHT = 1.0 / 32;

  private static final double LEVEL_CLIP = 3;

  /** Values before the learned range is judged. */
  private static final int RANGE_FROM = 256;

  /** Share of its width by which the learned range then grows with a value, at most. */
  private static final double CREEP = 1.0 / 256;

  // places in SensorQuality.times
  private static final int SINCE = 0;
  private static final int CALM_TIME = 1;
  static final int TIMES = 2;
  // in numbers
  private static final int VALUE = 0;
  private static final int CALM = 1;
  private static final int LEVEL = 2;
  private static final int SPREAD = 3;
  private static final int STEP = 4;
  private static final int LOW = 5;
  private static final int HIGH = 6;
  private static final int LONGEST_RUN = 7;
  static final int NUMBERS = 8;
  // in counts; the last one holds QUIET or less while a jump is open, and FLAT in a flatline
  private static final int SEEN = 0;
  private static final int RUN = 1;
  private static final int RUNS = 2;
  private static final int OPEN = 3;
  static final int COUNTS = 4;
  private static final int FLAT = 1 << 8;

  private static final int MOST_SEEN = 1 << 20;

  private final QualityRules rules;
  private final String name;
  private final double min;
  private final double max;
  private final double maxPerSecond;
  private final boolean flatline;
  private final boolean spike;
  private final boolean rate;
  private final boolean learnedRange;
  private final double spikeFactor;

  // where the feature's numbers stand in the state
  private final int t;
  private final int n;
  private final int c;

  ValueChecks(QualityRules rules, String name, int feature) {
    this.rules = rules;
    this.name = name;
    flatline = rules.checks(QualityKind.FLATLINE);
    spike = rules.checks(QualityKind.SPIKE);
    rate = rules.checks(QualityKind.RATE);
    spikeFactor = rules.spike();
    boolean range = rules.checks(QualityKind.OUT_OF_RANGE);
    learnedRange = range && rules.learnRange();
    QualityRules.Limits limits = QualityRules.Limits.of(name, rules.features());
    min = range ? limits.min() : Double.NEGATIVE_INFINITY;
    max = range ? limits.max() : Double.POSITIVE_INFINITY;
    maxPerSecond = rate ? limits.maxPerSecond() : Double.POSITIVE_INFINITY;
    t = feature * TIMES;
    n = feature * NUMBERS;
    c = feature * COUNTS;
  }

  /**
   * Takes in a value.
   *
   * @param interval usual one between readings, milliseconds, at least 1
   * @param afterGap whether the reading before is too long ago to compare with
   */
  void check(
      SensorQuality state,
      String key,
      long timestamp,
      double value,
      double interval,
      boolean afterGap,
      Consumer<QualityIssue> out) {
    int[] counts = state.counts();
    double[] numbers = state.numbers();
    double limited = Math.max(-FeatureEncoder.LIMIT, Math.min(value, FeatureEncoder.LIMIT));
    boolean first = counts[c + SEEN] == 0;
    if (first) {
      begin(state, timestamp, limited);
    } else if (limited == numbers[n + VALUE]) {
      counts[c + RUN]++;
      if (flatline && (counts[c + OPEN] & FLAT) == 0) {
        flatline(state, key, timestamp, interval, out);
      }
    } else {
      endRun(counts, numbers);
      state.times()[t + SINCE] = timestamp;
      numbers[n + VALUE] = limited;
    }
    double change = Math.abs(limited - numbers[n + CALM]);
    long elapsed = timestamp - state.times()[t + CALM_TIME];
    // a change over several intervals may be as many times the usual step
    double step = elapsed > interval ? change * interval / elapsed : change;
    QualityIssue jump = jump(state, key, timestamp, limited, change, step, elapsed, afterGap);
    boolean wasOpen = (counts[c + OPEN] & (FLAT - 1)) > 0;
    if (jump != null) {
      if (!wasOpen) {
        out.accept(jump);
      }
      counts[c + OPEN] = counts[c + OPEN] & FLAT | SensorChecks.QUIET;
    } else if (wasOpen) {
      counts[c + OPEN]--;
    }
    if (afterGap) {
      numbers[n + LEVEL] = limited;
    } else if (!first) {
      // of an episode only the first value teaches its step
      learn(numbers, counts[c + SEEN], limited, jump != null && wasOpen ? 0 : step);
    }
    if (jump == null) {
      numbers[n + CALM] = limited;
      state.times()[t + CALM_TIME] = timestamp;
    }
    counts[c + SEEN] = Math.min(counts[c + SEEN] + 1, MOST_SEEN);
  }

  private void begin(SensorQuality state, long timestamp, double value) {
    state.counts()[c + RUN] = 1;
    state.times()[t + SINCE] = timestamp;
    state.times()[t + CALM_TIME] = timestamp;
    for (int place : new int[] {VALUE, CALM, LEVEL, LOW, HIGH}) {
      state.numbers()[n + place] = value;
    }
  }

  private void endRun(int[] counts, double[] numbers) {
    int run = counts[c + RUN];
    double longest = numbers[n + LONGEST_RUN];
    numbers[n + LONGEST_RUN] =
        counts[c + RUNS] < RUNS_FROM
            ? Math.max(longest, run)
            : Math.max(1, SensorChecks.usual(longest, run));
    counts[c + RUNS] = Math.min(counts[c + RUNS] + 1, RUNS_FROM);
    counts[c + RUN] = 1;
    counts[c + OPEN] &= ~FLAT;
  }

  private void flatline(
      SensorQuality state,
      String key,
      long timestamp,
      double interval,
      Consumer<QualityIssue> out) {
    int run = state.counts()[c + RUN];
    long since = state.times()[t + SINCE];
    double usualRun = Math.max(SHORTEST_FLATLINE, RUN_FACTOR * state.numbers()[n + LONGEST_RUN]);
    boolean declared = rules.flatlineMillis() > 0;
    boolean stuck =
        declared
            ? timestamp - since >= rules.flatlineMillis()
            : state.counts()[c + RUNS] >= RUNS_FROM && run > usualRun;
    if (stuck) {
      state.counts()[c + OPEN] |= FLAT;
      double value = state.numbers()[n + VALUE];
      double seconds = (timestamp - since) / 1000.0;
      double allowed = (declared ? rules.flatlineMillis() : usualRun * interval) / 1000;
      String text = Texts.flatline(name, value, run, seconds, allowed);
      out.accept(
          new QualityIssue(
              key, name, QualityKind.FLATLINE, since, timestamp, value, allowed, text));
    }
  }

  /**
   * What is wrong with a value, what is declared first; null when nothing is.
   *
   * @param change since the latest value that was no jump
   * @param step the change, of a usual interval
   * @param elapsed time of the change, milliseconds
   */
  private @Nullable QualityIssue jump(
      SensorQuality state,
      String key,
      long timestamp,
      double value,
      double change,
      double step,
      long elapsed,
      boolean afterGap) {
    if (value < min || value > max) {
      String text = Texts.declaredRange(name, value, min, max);
      return at(key, QualityKind.OUT_OF_RANGE, timestamp, value, value < min ? min : max, text);
    }
    if (1000 * change > maxPerSecond * elapsed && elapsed > 0) {
      return rate(key, timestamp, value, change, elapsed, maxPerSecond * elapsed / 1000);
    }
    int seen = state.counts()[c + SEEN];
    if (afterGap || seen < SensorChecks.JUDGED_FROM) {
      return null;
    }
    double[] numbers = state.numbers();
    double level = numbers[n + LEVEL];
    double usualStep = numbers[n + STEP];
    double reach = Math.max(spikeFactor * numbers[n + SPREAD], SPIKE_STEPS * usualStep);
    if (spike && usualStep > 0 && Math.abs(value - level) > reach) {
      String text = Texts.spike(name, value, level, reach);
      return at(key, QualityKind.SPIKE, timestamp, value, level, text);
    }
    if (rate && usualStep > 0 && step > RATE_STEPS * usualStep && elapsed > 0) {
      return rate(key, timestamp, value, change, elapsed, RATE_STEPS * usualStep * change / step);
    }
    return learnedRange && seen >= RANGE_FROM ? farOut(numbers, key, timestamp, value) : null;
  }

  private @Nullable QualityIssue farOut(
      double[] numbers, String key, long timestamp, double value) {
    double low = numbers[n + LOW];
    double high = numbers[n + HIGH];
    double width = high - low;
    if (width > 0 && (value < low - width || value > high + width)) {
      String text = Texts.learnedRange(name, value, low, high);
      return at(key, QualityKind.OUT_OF_RANGE, timestamp, value, value < low ? low : high, text);
    }
    return null;
  }

  /**
   * @param most the largest change that would do in the time
   */
  private QualityIssue rate(
      String key, long timestamp, double value, double change, long elapsed, double most) {
    double seconds = elapsed / 1000.0;
    String text = Texts.rate(name, value, change, seconds, most);
    return new QualityIssue(
        key,
        name,
        QualityKind.RATE,
        timestamp - elapsed,
        timestamp,
        change / seconds,
        most / seconds,
        text);
  }

  private QualityIssue at(
      String key, QualityKind kind, long timestamp, double value, double expected, String text) {
    return new QualityIssue(key, name, kind, timestamp, timestamp, value, expected, text);
  }

  /**
   * @param step that there is to learn; 0 = none: how fast a value changes when it does is not
   *     forgotten while it does not
   */
  private void learn(double[] numbers, int seen, double value, double step) {
    boolean judged = seen >= SensorChecks.JUDGED_FROM;
    double usualStep = numbers[n + STEP];
    if (step > 0) {
      numbers[n + STEP] =
          judged && usualStep > 0 ? SensorChecks.usual(usualStep, step) : Math.max(usualStep, step);
    }
    double weight = judged ? WEIGHT : 1.0 / (seen + 1);
    double spread = numbers[n + SPREAD];
    double reach = judged && spread > 0 ? LEVEL_CLIP * spread : Double.MAX_VALUE;
    double distance = Math.max(-reach, Math.min(value - numbers[n + LEVEL], reach));
    numbers[n + LEVEL] += weight * distance;
    numbers[n + SPREAD] += weight * (Math.abs(distance) - spread);
    if (value > numbers[n + HIGH] || value < numbers[n + LOW]) {
      widen(numbers, seen, value);
    }
  }

  private void widen(double[] numbers, int seen, double value) {
    double width = numbers[n + HIGH] - numbers[n + LOW];
    double growth = seen >= RANGE_FROM && width > 0 ? CREEP * width : Double.MAX_VALUE;
    if (value < numbers[n + LOW]) {
      numbers[n + LOW] -= Math.min(numbers[n + LOW] - value, growth);
    } else {
      numbers[n + HIGH] += Math.min(value - numbers[n + HIGH], growth);
    }
  }
}
