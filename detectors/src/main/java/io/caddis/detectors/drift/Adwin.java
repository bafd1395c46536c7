// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * ADWIN: a window over a stream that holds as much of its past as has the same mean. When the means
 * of an older and a newer part differ by more than chance allows, the older part is dropped. Memory
 * and time a value grow with the logarithm of the window, to 1.7 KB for the longest one, of some
 * 300,000 values.
 *
 * <p>The window is kept as sums of 1, 2, 4, ... values, up to {@value #ROW} of each. Bifet and
 * Gavaldà, "Learning from Time-Changing Data with Adaptive Windowing", SDM 2007, with the bound
 * that uses the variance.
 *
 * <pre>
 * state   width, sum, squares (of deviations from the mean), updates, then a row for each size:
 *         how many sums, the sums from the oldest on (room for 6), the squares of each (6)
 * </pre>
 */
public final class Adwin implements MeanTest {
  private static final int ROW = 5;
  private static final int MAX_ROWS = 16;
  private static final int LEAST_PART = 5;

  // places in the state
  private static final int WIDTH = 0;
  private static final int SUM = 1;
  private static final int SQUARES = 2;
  private static final int UPDATES = 3;
  private static final int ROWS = 4; // the first row

  // places in a row
  private static final int HELD = 0;
  private static final int SUMS = 1;
  private static final int ROW_SQUARES = SUMS + ROW + 1;
  private static final int ROW_LENGTH = ROW_SQUARES + ROW + 1;

  private final double delta;
  private final int every;
  private double[] numbers;

  /**
   * A test that has seen nothing.
   *
   * @param delta chance that a stream without change is told to have one, above 0, below 1; 0.002
   *     is usual
   * @param every values between two looks for a change, at least 1; 32 is usual and costs least
   */
  public Adwin(double delta, int every) {
    this(delta, every, null);
  }

  /**
   * A test that goes on.
   *
   * @param state of a test with the same delta, kept and changed; null before the first value
   */
  public Adwin(double delta, int every, double @Nullable [] state) {
    if (!(delta > 0 && delta < 1)) {
      throw new IllegalArgumentException("delta must be above 0 and below 1, was " + delta);
    }
    if (every < 1) {
      throw new IllegalArgumentException("every must be at least 1, was " + every);
    }
    this.delta = delta;
    this.every = every;
    this.numbers = state == null ? new double[ROWS + ROW_LENGTH] : state;
  }

  /**
   * {@inheritDoc}
   *
   * @param value 0 to 1, as scores are
   */
  @Override
  public @Nullable MeanShift update(double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("value must be 0 to 1, was " + value);
    }
    double width = numbers[WIDTH];
    if (width > 0) {
      double distance = value - mean();
      numbers[SQUARES] += distance * distance * width / (width + 1);
    }
    numbers[WIDTH]++;
    numbers[SUM] += value;
    add(0, value, 0);
    compress();
    return ++numbers[UPDATES] % every == 0 ? shrink() : null;
  }

  @Override
  public double[] state() {
    return numbers;
  }

  /** Values in the window. */
  public long width() {
    return (long) numbers[WIDTH];
  }

  /** Mean of the window, 0 when it is empty. */
  public double mean() {
    return numbers[WIDTH] == 0 ? 0 : numbers[SUM] / numbers[WIDTH];
  }

  private int rows() {
    return (numbers.length - ROWS) / ROW_LENGTH;
  }

  /** Where the row of sums of {@code 1 << row} values begins. */
  private static int at(int row) {
    return ROWS + row * ROW_LENGTH;
  }

  private void add(int row, double sum, double square) {
    int held = (int) numbers[at(row) + HELD]++;
    numbers[at(row) + SUMS + held] = sum;
    numbers[at(row) + ROW_SQUARES + held] = square;
  }

  private void drop(int row, int count) {
    int at = at(row);
    numbers[at + HELD] -= count;
    int held = (int) numbers[at + HELD];
    System.arraycopy(numbers, at + SUMS + count, numbers, at + SUMS, held);
    System.arraycopy(numbers, at + ROW_SQUARES + count, numbers, at + ROW_SQUARES, held);
  }

  private void compress() {
    for (int row = 0; row < rows() && numbers[at(row) + HELD] > ROW; row++) {
      if (row + 1 == MAX_ROWS) {
        dropOldest();
        return;
      }
      if (row + 1 == rows()) {
        numbers = Arrays.copyOf(numbers, numbers.length + ROW_LENGTH);
      }
      int at = at(row);
      double size = 1L << row;
      double first = numbers[at + SUMS];
      double second = numbers[at + SUMS + 1];
      double distance = (first - second) / size;
      double squares = numbers[at + ROW_SQUARES] + numbers[at + ROW_SQUARES + 1];
      add(row + 1, first + second, squares + distance * distance * size / 2);
      drop(row, 2);
    }
  }

  private @Nullable MeanShift shrink() {
    MeanShift first = cut();
    MeanShift next = first;
    while (next != null) {
      dropOldest();
      next = cut();
    }
    return first;
  }

  /**
   * The means of the older and the newer part that differ most, for what chance allows, of all
   * parts between sums; null when none differ by more than that.
   */
  private @Nullable MeanShift cut() {
    double log = Math.log(2 * Math.log(numbers[WIDTH]) / delta);
    double variance = numbers[SQUARES] / numbers[WIDTH];
    double most = 1;
    MeanShift cut = null;
    double older = 0;
    double olderSum = 0;
    for (int row = rows() - 1; row >= 0; row--) {
      int at = at(row);
      for (int i = 0; i < numbers[at + HELD]; i++) {
        older += 1L << row;
        olderSum += numbers[at + SUMS + i];
        double newer = numbers[WIDTH] - older;
        if (newer < LEAST_PART) {
          return cut;
        }
        double before = olderSum / older;
        double after = (numbers[SUM] - olderSum) / newer;
        double harmonic = 1 / older + 1 / newer;
        double chance = Math.sqrt(2 * harmonic * variance * log) + 2.0 / 3 * harmonic * log;
        if (older >= LEAST_PART && Math.abs(after - before) > most * chance) {
          most = Math.abs(after - before) / chance;
          cut = new MeanShift(before, after);
        }
      }
    }
    return cut;
  }

  private void dropOldest() {
    int last = rows() - 1;
    int at = at(last);
    double size = 1L << last;
    double sum = numbers[at + SUMS];
    numbers[WIDTH] -= size;
    numbers[SUM] -= sum;
    double distance = sum / size - mean();
    double between = distance * distance * size * numbers[WIDTH] / (size + numbers[WIDTH]);
    numbers[SQUARES] = Math.max(0, numbers[SQUARES] - numbers[at + ROW_SQUARES] - between);
    drop(last, 1);
    if (last > 0 && numbers[at + HELD] == 0) {
      numbers = Arrays.copyOf(numbers, at);
    }
  }
}
