// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

/**
 * The test of Page and Hinkley for a change of a stream's mean, upwards or downwards, in constant
 * memory. Mutable, for one thread at a time.
 *
 * <p>Sums up how much values exceed their mean, less a tolerance, and tells when the sum has risen
 * far above its lowest point. Page, "Continuous inspection schemes", Biometrika 41, 1954.
 */
public final class PageHinkley {
  private final double tolerance;
  private final double limit;
  private final int minValues;

  private long count;
  private double mean;

  /** How far the sums have risen above their lowest points. */
  private double up;

  private double down;

  /**
   * @param tolerance change that does not count, in the values' unit, at least 0
   * @param limit sum of exceeding changes that tells, in the values' unit, above 0
   * @param minValues values before anything is told, at least 1
   */
  public PageHinkley(double tolerance, double limit, int minValues) {
    if (!(tolerance >= 0) || !(limit > 0) || minValues < 1) {
      throw new IllegalArgumentException(
          "tolerance must be at least 0, limit above 0, minValues at least 1, were %s, %s, %s"
              .formatted(tolerance, limit, minValues));
    }
    this.tolerance = tolerance;
    this.limit = limit;
    this.minValues = minValues;
  }

  /**
   * Takes in a value.
   *
   * @param value finite
   * @return whether the mean has changed; the test begins anew then
   */
  public boolean update(double value) {
    count++;
    mean += (value - mean) / count;
    up = Math.max(0, up + value - mean - tolerance);
    down = Math.max(0, down + mean - value - tolerance);
    boolean changed = count >= minValues && Math.max(up, down) > limit;
    if (changed) {
      reset();
    }
    return changed;
  }

  /** Mean since the last change. */
  public double mean() {
    return mean;
  }

  private void reset() {
    count = 0;
    mean = 0;
    up = 0;
    down = 0;
  }
}
