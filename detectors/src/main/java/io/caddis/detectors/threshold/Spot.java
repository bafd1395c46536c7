// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.threshold;

import io.caddis.detectors.feature.ColumnStatistics;
import java.io.Serializable;
import java.util.Arrays;

/**
 * A threshold that a stated share of a stream's usual values exceeds, whatever their distribution:
 * SPOT, and with a depth DSPOT, which looks at values relative to the mean of those before.
 *
 * <p>The largest values of any usual distribution exceed a high level by a generalized Pareto
 * distribution, from which the threshold follows far beyond all that has been seen. Siffer, Fouque,
 * Termier, Largouet, "Anomaly Detection in Streams with Extreme Value Theory", KDD 2017.
 *
 * <p>Unlike there, memory is bounded: {@value #CALIBRATION} values calibrate with their largest
 * tenth as peaks, the level rises whenever {@value #MAX_PEAKS} peaks are held until one value in
 * fifty is a peak, and after that new peaks replace the oldest. And alarms are learned as long as
 * there are not twice as many as the risk allows, capped once {@value #ENOUGH_PEAKS} peaks are
 * held: to leave them all out cuts off the tail that is to be fitted, and gave three to thirty
 * times the false alarms asked for; a cap by no peaks at all, where the calibrating values are
 * equal, does so too.
 *
 * <p>Stateless and thread-safe; a {@link SpotState} belongs to one thread at a time.
 *
 * @param risk share of usual values that may be alarms, above 0, at most 0.05
 * @param depth values whose mean is taken off, 0 = none, at most 10,000
 */
public record Spot(double risk, int depth) implements Serializable {
  /** Values before there is a threshold. */
  public static final int CALIBRATION = 256;

  /** Peaks remembered. */
  public static final int MAX_PEAKS = 200;

  private static final int MAX_DEPTH = 10_000;
  private static final double MAX_RISK = 0.05;
  private static final double FIRST_PEAKS = 0.1;
  private static final double FEWEST_PEAKS = 0.02;

  private static final double FREE_ALARMS = 10;

  /** An alarm teaches no more than a value that is so many times rarer. */
  private static final double CAP_RATIO = 8;

  /** Fewer peaks do not say how large the tail is. */
  private static final int ENOUGH_PEAKS = 16;

  /** Fitting is the dear part: a few peaks more do not move the threshold much. */
  private static final int REFIT_EVERY = 8;

  // places in SpotState.counts
  private static final int HELD = 0;
  private static final int OLDEST = 1;
  private static final int UNFITTED = 2;
  private static final int NEXT_RECENT = 3;
  // in seen
  private static final int VALUES = 0;
  private static final int ABOVE = 1;
  private static final int ALARMS = 2;
  // in levels
  private static final int LEVEL = 0;
  private static final int THRESHOLD = 1;
  private static final int CAP = 2;
  private static final int SUM = 3;

  public Spot {
    if (!(risk > 0 && risk <= MAX_RISK)) {
      throw new IllegalArgumentException(
          "risk must be above 0 and at most " + MAX_RISK + ", was " + risk);
    }
    if (depth < 0 || depth > MAX_DEPTH) {
      throw new IllegalArgumentException("depth must be 0 to " + MAX_DEPTH + ", was " + depth);
    }
  }

  /** The state of a stream that has not been seen. */
  public SpotState newState() {
    return new SpotState(
        new double[CALIBRATION],
        new double[depth],
        new int[4],
        new double[3],
        new double[] {Double.NaN, Double.NaN, Double.NaN, 0});
  }

  /** The threshold for the next value; NaN while calibrating. */
  public double threshold(SpotState state) {
    return state.levels()[THRESHOLD] + base(state);
  }

  private double base(SpotState state) {
    return depth == 0 ? 0 : state.levels()[SUM] / depth;
  }

  /**
   * Takes in a value.
   *
   * @param value finite
   * @return whether it is at or above the threshold
   */
  public boolean observe(SpotState state, double value) {
    double threshold = threshold(state);
    boolean alarm = value >= threshold;
    if (alarm) {
      state.seen()[ALARMS]++;
      if (state.seen()[ALARMS] > FREE_ALARMS + 2 * risk * state.seen()[VALUES]) {
        return true;
      }
    }
    // Where hardly any value was above the level, nothing says how large a tail the cap leaves.
    boolean capped = alarm && state.counts()[HELD] >= ENOUGH_PEAKS;
    double learned = capped ? Math.min(value, state.levels()[CAP] + base(state)) : value;
    learn(state, learned);
    return alarm;
  }

  private void learn(SpotState state, double value) {
    double base = base(state);
    if (!remember(state, value)) {
      return;
    }
    state.seen()[VALUES]++;
    int[] counts = state.counts();
    if (Double.isNaN(state.levels()[THRESHOLD])) {
      state.peaks()[counts[HELD]++] = value - base;
      if (counts[HELD] == CALIBRATION) {
        calibrate(state);
      }
    } else if (value - base > state.levels()[LEVEL]) {
      state.seen()[ABOVE]++;
      add(state, value - base - state.levels()[LEVEL]);
    }
  }

  /** Keeps a value for the mean; false while there are not enough for one. */
  private boolean remember(SpotState state, double value) {
    if (depth == 0) {
      return true;
    }
    int[] counts = state.counts();
    int place = counts[NEXT_RECENT] % depth;
    boolean full = counts[NEXT_RECENT] >= depth;
    state.levels()[SUM] += value - state.recent()[place];
    state.recent()[place] = value;
    if (place < depth - 1) {
      counts[NEXT_RECENT]++;
    } else {
      counts[NEXT_RECENT] = depth;
      // once a round, so that rounding does not add up
      state.levels()[SUM] = Arrays.stream(state.recent()).sum();
    }
    return full;
  }

  private void calibrate(SpotState state) {
    double[] sorted = state.peaks().clone();
    Arrays.sort(sorted);
    double level = ColumnStatistics.quantile(sorted, 1 - FIRST_PEAKS);
    int held = 0;
    for (double value : sorted) {
      if (value > level) {
        state.peaks()[held++] = value - level;
      }
    }
    state.counts()[HELD] = held;
    state.seen()[ABOVE] = held;
    state.levels()[LEVEL] = level;
    fit(state);
  }

  private void add(SpotState state, double excess) {
    int[] counts = state.counts();
    if (counts[HELD] < MAX_PEAKS) {
      state.peaks()[counts[HELD]++] = excess;
    } else {
      state.peaks()[counts[OLDEST]] = excess;
      counts[OLDEST] = (counts[OLDEST] + 1) % MAX_PEAKS;
    }
    boolean many = state.seen()[ABOVE] > 2 * FEWEST_PEAKS * state.seen()[VALUES];
    if (counts[HELD] == MAX_PEAKS && many) {
      raise(state);
    }
    // Of the first peaks each says much, and the cap must be that of them all when it begins.
    if (++counts[UNFITTED] >= REFIT_EVERY || counts[HELD] <= ENOUGH_PEAKS) {
      fit(state);
    }
  }

  /** Makes the upper half of the peaks the peaks. */
  private static void raise(SpotState state) {
    double[] sorted = Arrays.copyOf(state.peaks(), MAX_PEAKS);
    Arrays.sort(sorted);
    double by = sorted[MAX_PEAKS / 2 - 1];
    int held = 0;
    for (double excess : sorted) {
      if (excess > by) {
        state.peaks()[held++] = excess - by;
      }
    }
    if (held > 0) {
      state.levels()[LEVEL] += by;
      state.seen()[ABOVE] *= (double) held / MAX_PEAKS;
      state.counts()[HELD] = held;
      state.counts()[OLDEST] = 0;
    }
  }

  private void fit(SpotState state) {
    double[] sorted = Arrays.copyOf(state.peaks(), state.counts()[HELD]);
    Arrays.sort(sorted);
    double share = state.seen()[ABOVE] / state.seen()[VALUES];
    double level = state.levels()[LEVEL];
    // a value that equals the level is usual, also when all do
    state.levels()[THRESHOLD] = Math.max(level + excess(sorted, share, risk), Math.nextUp(level));
    state.levels()[CAP] = level + excess(sorted, share, risk / CAP_RATIO);
    state.counts()[UNFITTED] = 0;
  }

  /**
   * How far above the level the value lies that a share of all values exceeds; finite.
   *
   * @param sorted excesses over the level, ascending
   * @param share of all values that exceed the level
   */
  private static double excess(double[] sorted, double share, double risk) {
    double excess =
        sorted.length < 2 || !(share > risk) ? 0 : ParetoTail.fit(sorted).excess(risk / share);
    return Math.min(excess, Double.MAX_VALUE);
  }

  /**
   * The value that a share of the distribution exceeds from which a sample comes.
   *
   * @param sorted the sample, ascending, finite, at least one
   * @param risk 0 to 1; from the share of the peaks on, or with a small sample, the answer is the
   *     sample's own quantile
   */
  static double quantile(double[] sorted, double risk) {
    int values = sorted.length;
    int peaks = (int) Math.max(Math.min(FIRST_PEAKS * values, MAX_PEAKS), FEWEST_PEAKS * values);
    double level = sorted[Math.max(0, values - peaks - 1)];
    double[] excesses =
        Arrays.stream(sorted).filter(value -> value > level).map(v -> v - level).toArray();
    double share = (double) excesses.length / values;
    return excesses.length < REFIT_EVERY || risk >= share
        ? ColumnStatistics.quantile(sorted, 1 - risk)
        : level + excess(excesses, share, risk);
  }
}
