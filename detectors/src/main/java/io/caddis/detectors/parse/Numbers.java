// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import ch.randelshofer.fastdoubleparser.JavaDoubleParser;

/**
 * Strict decimal numbers: {@code [+-] digits [. digits] [e [+-] digits]}, with digits on at least
 * one side of the point. No hexadecimal, suffix, separator, NaN or Infinity. Negative zero becomes
 * zero, so that equal readings have equal bytes.
 */
final class Numbers {
  /** What a text outside the grammar gives. */
  static final double NOT_A_NUMBER = Double.NaN;

  private static final long EXACT_MANTISSA = 1L << 53;
  private static final double[] POWERS_OF_TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private Numbers() {}

  /**
   * Parses ASCII text.
   *
   * @return the nearest double, infinite on overflow, or {@link #NOT_A_NUMBER}
   */
  static double parse(byte[] text, int offset, int length) {
    int to = offset + length;
    int next = offset;
    boolean negative = next < to && text[next] == '-';
    if (negative || (next < to && text[next] == '+')) {
      next++;
    }
    long mantissa = 0;
    int digits = 0;
    int scale = 0;
    boolean point = false;
    for (; next < to; next++) {
      int digit = text[next] - '0';
      if (digit >= 0 && digit <= 9) {
        digits++;
        scale += point ? 1 : 0;
        mantissa = digits <= 18 ? mantissa * 10 + digit : EXACT_MANTISSA;
      } else if (text[next] == '.' && !point) {
        point = true;
      } else {
        break;
      }
    }
    if (digits == 0) {
      return NOT_A_NUMBER;
    }
    if (next == to && mantissa < EXACT_MANTISSA && scale < POWERS_OF_TEN.length) {
      // Both operands are exact doubles, so the quotient is the correctly rounded value
      // (Clinger 1990, "How to read floating point numbers accurately").
      double value = mantissa / POWERS_OF_TEN[scale];
      return negative && mantissa != 0 ? -value : value;
    }
    if (next < to && !isExponent(text, next, to)) {
      return NOT_A_NUMBER;
    }
    return JavaDoubleParser.parseDouble(text, offset, length) + 0.0;
  }

  private static boolean isExponent(byte[] text, int from, int to) {
    if (text[from] != 'e' && text[from] != 'E') {
      return false;
    }
    int next = from + 1;
    if (next < to && (text[next] == '-' || text[next] == '+')) {
      next++;
    }
    if (next == to) {
      return false;
    }
    for (; next < to; next++) {
      if (text[next] < '0' || text[next] > '9') {
        return false;
      }
    }
    return true;
  }
}
