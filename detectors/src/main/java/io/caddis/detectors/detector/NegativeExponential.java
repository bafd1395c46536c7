// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

/**
 * e^-x from additions and multiplications alone: the same bits on every processor, unlike {@link
 * Math#exp}, at several times the speed of {@link StrictMath#exp}.
 */
final class NegativeExponential {
  private static final double LOG2_E = 1.4426950408889634;
  private static final double LN_2 = 0.6931471805599453;
  private static final int TERMS = 12;

  private NegativeExponential() {}

  /** e^-x to 14 digits for x from 0 on; 0 where that is below 1e-300. */
  static double of(double x) {
    if (!(x < 690)) {
      return 0;
    }
    int halvings = (int) (x * LOG2_E + 0.5);
    double rest = halvings * LN_2 - x;
    double sum = 1;
    for (int term = TERMS; term > 0; term--) {
      sum = 1 + sum * rest / term;
    }
    return sum * Double.longBitsToDouble((long) (1023 - halvings) << 52);
  }

  /** Hyperbolic tangent. */
  static double tanh(double x) {
    double power = of(2 * Math.abs(x));
    return Math.copySign((1 - power) / (1 + power), x);
  }
}
