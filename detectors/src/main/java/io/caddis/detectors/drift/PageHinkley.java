// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The test of Page and Hinkley for a change of a stream's mean, upwards or downwards, in constant
 * memory of 64 bytes.
 *
 * <p>Sums up how much values exceed their mean, less a tolerance, and tells when the sum has risen
 * far above its lowest point. Page, "Continuous inspection schemes", Biometrika 41, 1954.
 *
 * <pre>
 * state   count and mean since the last change; then upwards and downwards: how far the sum is
 *         above its lowest point, how many values there were since, and their sum
 * </pre>
 */
public final class PageHinkley implements MeanTest {
  // places in the state
  private static final int COUNT = 0;
  private static final int MEAN = 1;
  private static final int UP = 2;
  private static final int DOWN = 5;
  private static final int LENGTH = 8;

  // places from UP and from DOWN on
  private static final int EXCESS = 0;
  private static final int VALUES = 1;
  private static final int SUM = 2;

  private final double tolerance;
  private final double limit;
  private final int minValues;
  private final double[] numbers;

  /**
   * A test that has seen nothing.
   *
   * @param tolerance change that does not count, in the values' unit, at least 0
   * @param limit sum of exceeding changes that tells, in the values' unit, above 0
   * @param minValues values before anything is told, at least 1
   */
  public PageHinkley(double tolerance, double limit, int minValues) {
    this(tolerance, limit, minValues, null);
  }

  /**
   * A test that goes on.
   *
   * @param state of a test with the same settings, kept and changed; null before the first value
   */
  public PageHinkley(double tolerance, double limit, int minValues, double @Nullable [] state) {
    if (!(tolerance >= 0) || !(limit > 0) || minValues < 1) {
      throw new IllegalArgumentException(
          "tolerance must be at least 0, limit above 0, minValues at least 1, were %s, %s, %s"
              .formatted(tolerance, limit, minValues));
    }
    this.tolerance = tolerance;
    this.limit = limit;
    this.minValues = minValues;
    this.numbers = state == null ? new double[LENGTH] : state;
  }

  /**
   * {@inheritDoc}
   *
   * @param value finite
   */
  @Override
  public @Nullable MeanShift update(double value) {
    numbers[COUNT]++;
    numbers[MEAN] += (value - numbers[MEAN]) / numbers[COUNT];
    boolean up = exceeds(UP, value, value - numbers[MEAN]);
    boolean down = exceeds(DOWN, value, numbers[MEAN] - value);
    if (numbers[COUNT] < minValues || !(up || down)) {
      return null;
    }
    MeanShift shift = shift(up ? UP : DOWN);
    Arrays.fill(numbers, 0);
    return shift;
  }

  /** Takes in how far a value is on one side of the mean. */
  private boolean exceeds(int side, double value, double distance) {
    numbers[side + EXCESS] += distance - tolerance;
    numbers[side + VALUES]++;
    numbers[side + SUM] += value;
    if (numbers[side + EXCESS] <= 0) {
      Arrays.fill(numbers, side, side + 3, 0);
    }
    return numbers[side + EXCESS] > limit;
  }

  private MeanShift shift(int side) {
    double after = numbers[side + SUM] / numbers[side + VALUES];
    double older = numbers[COUNT] - numbers[side + VALUES];
    double olderSum = numbers[COUNT] * numbers[MEAN] - numbers[side + SUM];
    return new MeanShift(older == 0 ? after : olderSum / older, after);
  }

  @Override
  public double[] state() {
    return numbers;
  }

  /** Mean since the last change. */
  public double mean() {
    return numbers[MEAN];
  }
}
