// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Features derived from a sensor's recent readings, in constant memory a sensor.
 *
 * <p>A value that is missing (NaN or infinite) neither changes what is remembered nor gives a delta
 * or rate. A derived value that does not exist yet is NaN: an interval, delta or rate on the first
 * reading, a standard deviation of fewer than two values. So is an interval or rate whose reading
 * is older than the one before it, and a rate without elapsed time.
 *
 * <p>Immutable and thread-safe; a {@link RollingState} belongs to one thread at a time.
 */
public final class RollingFeatures implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long NEVER = Long.MIN_VALUE;

  private final ArrayList<Derivation> derivations;

  /** Index among the tracked features of each derivation, -1 for an interval. */
  private final int[] tracked;

  /** Position in a reading's numbers of each tracked feature. */
  private final int[] inputs;

  /** Where each tracked feature's ring starts in the state's values, then where the last ends. */
  private final int[] rings;

  /**
   * Resolves the derivations against a reading's columns.
   *
   * @param numbers names of the numbers that {@link #update} receives
   * @throws IllegalArgumentException if a derivation's feature is not among them
   */
  public RollingFeatures(List<Derivation> derivations, List<String> numbers) {
    this.derivations = new ArrayList<>(derivations);
    Map<String, Integer> windows = new LinkedHashMap<>();
    for (Derivation derivation : derivations) {
      if (derivation.kind() != Derivation.Kind.INTERVAL) {
        windows.merge(derivation.source(), Math.max(1, derivation.window()), Math::max);
      }
    }
    List<String> names = List.copyOf(windows.keySet());
    this.tracked = new int[derivations.size()];
    for (int i = 0; i < tracked.length; i++) {
      Derivation derivation = derivations.get(i);
      tracked[i] =
          derivation.kind() == Derivation.Kind.INTERVAL ? -1 : names.indexOf(derivation.source());
    }
    this.inputs = new int[names.size()];
    this.rings = new int[names.size() + 1];
    for (int i = 0; i < inputs.length; i++) {
      String name = names.get(i);
      inputs[i] = numbers.indexOf(name);
      if (inputs[i] < 0) {
        throw new IllegalArgumentException(
            "derived feature must refer to a numeric column, was '%s' (columns: %s)"
                .formatted(name, String.join(", ", numbers)));
      }
      rings[i + 1] = rings[i] + windows.getOrDefault(name, 1);
    }
  }

  /** Names of the derived columns, in the order in which {@link #update} writes them. */
  public List<String> columns() {
    return derivations.stream().map(Derivation::column).toList();
  }

  /** How many columns are derived. */
  public int width() {
    return tracked.length;
  }

  /** The state of a sensor that has not been seen. */
  public RollingState newState() {
    long[] times = new long[inputs.length + 1];
    Arrays.fill(times, NEVER);
    return new RollingState(times, new double[rings[inputs.length]], new int[inputs.length]);
  }

  /** Whether a state was made for derivations of this shape. */
  public boolean accepts(RollingState state) {
    return state.times().length == inputs.length + 1
        && state.values().length == rings[inputs.length]
        && state.counts().length == inputs.length;
  }

  /**
   * Takes in a reading and writes the derived columns.
   *
   * @param state one that this {@link #accepts}; changed
   * @param timestamp event time, epoch milliseconds
   * @param numbers the reading's numbers in the constructor's order, NaN = missing
   * @param out receives {@link #width()} values from {@code outOffset} on; may be {@code numbers}
   *     if it has room behind them
   * @throws IllegalArgumentException if the state was made for other derivations
   */
  public void update(
      RollingState state, long timestamp, double[] numbers, double[] out, int outOffset) {
    if (!accepts(state)) {
      throw new IllegalArgumentException(
          "state must be of the shape that newState gives, was made for other derivations");
    }
    // differences first: they need what was remembered before this reading
    for (int i = 0; i < tracked.length; i++) {
      double value =
          switch (derivations.get(i).kind()) {
            case INTERVAL -> seconds(state.times()[0], timestamp);
            case DELTA -> numbers[inputs[tracked[i]]] - latest(state, tracked[i]);
            case RATE -> rate(state, tracked[i], timestamp, numbers[inputs[tracked[i]]]);
            case MEAN, STD -> Double.NaN;
          };
      out[outOffset + i] = Double.isFinite(value) ? value : Double.NaN;
    }
    remember(state, timestamp, numbers);
    for (int i = 0; i < tracked.length; i++) {
      Derivation derivation = derivations.get(i);
      if (derivation.window() > 0) {
        double value = spread(state, tracked[i], derivation);
        out[outOffset + i] = Double.isFinite(value) ? value : Double.NaN;
      }
    }
  }

  private void remember(RollingState state, long timestamp, double[] numbers) {
    long[] times = state.times();
    times[0] = Math.max(times[0], timestamp);
    for (int feature = 0; feature < inputs.length; feature++) {
      double value = numbers[inputs[feature]];
      if (Double.isFinite(value)) {
        int length = rings[feature + 1] - rings[feature];
        int count = state.counts()[feature];
        state.values()[rings[feature] + count % length] = value;
        state.counts()[feature] = count + 1 == 2 * length ? length : count + 1;
        times[feature + 1] = Math.max(times[feature + 1], timestamp);
      }
    }
  }

  private double rate(RollingState state, int feature, long timestamp, double value) {
    double seconds = seconds(state.times()[feature + 1], timestamp);
    return seconds > 0 ? (value - latest(state, feature)) / seconds : Double.NaN;
  }

  private static double seconds(long from, long to) {
    return from == NEVER || to < from ? Double.NaN : ((double) to - from) / 1000;
  }

  private double latest(RollingState state, int feature) {
    return state.counts()[feature] == 0 ? Double.NaN : value(state, feature, 1);
  }

  /** The value that came {@code ago} - 1 values before the latest. */
  private double value(RollingState state, int feature, int ago) {
    int length = rings[feature + 1] - rings[feature];
    int slot = (state.counts()[feature] + length - ago) % length;
    return state.values()[rings[feature] + slot];
  }

  private double spread(RollingState state, int feature, Derivation derivation) {
    int count = Math.min(derivation.window(), state.counts()[feature]);
    double sum = 0;
    for (int ago = 1; ago <= count; ago++) {
      sum += value(state, feature, ago);
    }
    double mean = sum / count;
    if (derivation.kind() == Derivation.Kind.MEAN) {
      return mean;
    }
    double squares = 0;
    for (int ago = 1; ago <= count; ago++) {
      double distance = value(state, feature, ago) - mean;
      squares += distance * distance;
    }
    return count < 2 ? Double.NaN : Math.sqrt(squares / count);
  }
}
