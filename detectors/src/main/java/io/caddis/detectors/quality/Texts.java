// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.quality;

import java.math.BigDecimal;
import java.math.MathContext;

/** What is wrong, in words. */
final class Texts {
  private static final MathContext DIGITS = new MathContext(4);

  private Texts() {}

  static String gap(double seconds, double allowed) {
    return "no reading for %s s; usually one comes within %s s"
        .formatted(number(seconds), number(allowed));
  }

  static String flatline(
      String feature, double value, int readings, double seconds, double allowed) {
    return "%s has been %s for %d readings (%s s); it usually changes within %s s"
        .formatted(feature, number(value), readings, number(seconds), number(allowed));
  }

  static String declaredRange(String feature, double value, double min, double max) {
    return "%s was %s, outside of %s to %s"
        .formatted(feature, number(value), number(min), number(max));
  }

  static String learnedRange(String feature, double value, double low, double high) {
    return "%s was %s, far outside of all seen before, %s to %s"
        .formatted(feature, number(value), number(low), number(high));
  }

  static String spike(String feature, double value, double level, double reach) {
    return "%s was %s; recent values were within %s of %s"
        .formatted(feature, number(value), number(reach), number(level));
  }

  static String rate(String feature, double value, double change, double seconds, double most) {
    return "%s changed by %s to %s within %s s; usually by at most %s"
        .formatted(feature, number(change), number(value), number(seconds), number(most));
  }

  /** Four significant digits, without an exponent where that is short. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return value > 0 ? "infinity" : "-infinity";
    }
    BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    int exponent = rounded.precision() - rounded.scale() - 1;
    return Math.abs(exponent) < 9 ? rounded.toPlainString() : rounded.toString();
  }
}
