// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.util.Arrays;

/**
 * e^-x from additions and multiplications alone: the same bits on every processor, unlike {@link
 * Math#exp}, at several times the speed of {@link StrictMath#exp}.
 */
final class NegativeExponential {
  /** Steps in which the result halves: few enough for a table, many enough for a short series. */
  private static final int STEPS = 64;

  private static final double STEPS_PER_UNIT = STEPS * 1.4426950408889634;

  // ln 2 / STEPS in two parts, the first with so few digits that whole multiples of it are exact
  private static final double UNIT_HIGH = 0x1.62e42fep-1 / STEPS;
  private static final double UNIT_LOW = 0x1.f473de6af278fp-30 / STEPS;

  /** 2^(-i / STEPS). */
  private static final double[] FRACTIONS = new double[STEPS];

  static {
    Arrays.setAll(FRACTIONS, i -> StrictMath.pow(2, -i / (double) STEPS));
  }

  private NegativeExponential() {}

  /** e^-x to 14 digits for x from 0 on; 0 where that is below 1e-299. */
  static double of(double x) {
    if (!(x < 690)) {
      return 0;
    }
    int steps = (int) (x * STEPS_PER_UNIT + 0.5);
    double rest = (steps * UNIT_HIGH - x) + steps * UNIT_LOW;
    double series =
        1 + rest * (1 + rest * (1 / 2.0 + rest * (1 / 6.0 + rest * (1 / 24.0 + rest / 120.0))));
    double halvings = Double.longBitsToDouble((long) (1023 - steps / STEPS) << 52);
    return series * FRACTIONS[steps % STEPS] * halvings;
  }

  /** Hyperbolic tangent. */
  static double tanh(double x) {
    double power = of(2 * Math.abs(x));
    return Math.copySign((1 - power) / (1 + power), x);
  }
}
