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
  private final QualityRules.Limits limits;
  private final boolean flatline;
  private final boolean spike;
  private final boolean rate;
  private final boolean range;

  // where the feature's numbers stand in the state
  private final int t;
  private final int n;
  private final int c;

  ValueChecks(QualityRules rules, String name, int feature) {
    this.rules = rules;
    this.name = name;
    limits = rules.limits(name);
    flatline = rules.checks(QualityKind.FLATLINE);
    spike = rules.checks(QualityKind.SPIKE);
    rate = rules.checks(QualityKind.RATE);
    range = rules.checks(QualityKind.OUT_OF_RANGE);
    t = feature * TIMES;
    n = feature * NUMBERS;
    c = feature * COUNTS;
  }

  /**
   * Takes in a value.
   *
   * @param interval usual one between readings, milliseconds
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
    QualityIssue jump = jump(state, key, timestamp, limited, interval, afterGap);
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
      learn(state, timestamp, limited, interval, jump != null && wasOpen);
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

  /** What is wrong with a value, what is declared first; null when nothing is. */
  private @Nullable QualityIssue jump(
      SensorQuality state,
      String key,
      long timestamp,
      double value,
      double interval,
      boolean afterGap) {
    if (range && (value < limits.min() || value > limits.max())) {
      double bound = value < limits.min() ? limits.min() : limits.max();
      String text = Texts.declaredRange(name, value, limits.min(), limits.max());
      return at(key, QualityKind.OUT_OF_RANGE, timestamp, value, bound, text);
    }
    double[] numbers = state.numbers();
    long calmTime = state.times()[t + CALM_TIME];
    double change = Math.abs(value - numbers[n + CALM]);
    double seconds = (timestamp - calmTime) / 1000.0;
    double maxChange = limits.maxPerSecond() * seconds;
    if (rate && seconds > 0 && change > maxChange) {
      return rate(key, calmTime, timestamp, value, change, maxChange, seconds);
    }
    if (afterGap || state.counts()[c + SEEN] < SensorChecks.JUDGED_FROM) {
      return null;
    }
    double level = numbers[n + LEVEL];
    double step = numbers[n + STEP];
    double spread = Math.max(rules.spike() * numbers[n + SPREAD], SPIKE_STEPS * step);
    if (spike && step > 0 && Math.abs(value - level) > spread) {
      String text = Texts.spike(name, value, level, spread);
      return at(key, QualityKind.SPIKE, timestamp, value, level, text);
    }
    double intervals = Math.max(1, 1000 * seconds / Math.max(1, interval));
    double usualChange = RATE_STEPS * step * intervals;
    if (rate && step > 0 && change > usualChange) {
      double elapsed = intervals * Math.max(1, interval) / 1000;
      return rate(key, calmTime, timestamp, value, change, usualChange, elapsed);
    }
    if (!range || !rules.learnRange() || state.counts()[c + SEEN] < RANGE_FROM) {
      return null;
    }
    double low = numbers[n + LOW];
    double high = numbers[n + HIGH];
    double width = high - low;
    if (width > 0 && (value < low - width || value > high + width)) {
      String text = Texts.learnedRange(name, value, low, high);
      return at(key, QualityKind.OUT_OF_RANGE, timestamp, value, value < low ? low : high, text);
    }
    return null;
  }

  private QualityIssue rate(
      String key, long from, long to, double value, double change, double most, double seconds) {
    String text = Texts.rate(name, value, change, seconds, most);
    return new QualityIssue(
        key, name, QualityKind.RATE, from, to, change / seconds, most / seconds, text);
  }

  private QualityIssue at(
      String key, QualityKind kind, long timestamp, double value, double expected, String text) {
    return new QualityIssue(key, name, kind, timestamp, timestamp, value, expected, text);
  }

  /**
   * @param goesOn whether the value belongs to an episode that was open before it: of those only
   *     the first teaches its step
   */
  private void learn(
      SensorQuality state, long timestamp, double value, double interval, boolean goesOn) {
    double[] numbers = state.numbers();
    int seen = state.counts()[c + SEEN];
    boolean judged = seen >= SensorChecks.JUDGED_FROM;
    double elapsed = timestamp - state.times()[t + CALM_TIME];
    double step =
        Math.abs(value - numbers[n + CALM]) / Math.max(1, elapsed / Math.max(1, interval));
    if (!judged || numbers[n + STEP] == 0) {
      numbers[n + STEP] = Math.max(numbers[n + STEP], step);
    } else if (!goesOn && step > 0) {
      numbers[n + STEP] = SensorChecks.usual(numbers[n + STEP], step);
    }
    double weight = Math.max(WEIGHT, 1.0 / (seen + 1));
    double spread = numbers[n + SPREAD];
    double reach = judged && spread > 0 ? LEVEL_CLIP * spread : Double.MAX_VALUE;
    double distance = Math.max(-reach, Math.min(value - numbers[n + LEVEL], reach));
    numbers[n + LEVEL] += weight * distance;
    numbers[n + SPREAD] += weight * (Math.abs(distance) - spread);
    double width = numbers[n + HIGH] - numbers[n + LOW];
    double growth = seen >= RANGE_FROM && width > 0 ? CREEP * width : Double.MAX_VALUE;
    numbers[n + LOW] -= Math.max(0, Math.min(numbers[n + LOW] - value, growth));
    numbers[n + HIGH] += Math.max(0, Math.min(value - numbers[n + HIGH], growth));
  }
}
