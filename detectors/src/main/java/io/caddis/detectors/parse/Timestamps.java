// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

/**
 * Strict event times: ISO-8601 and epoch numbers, to epoch milliseconds.
 *
 * <pre>
 * yyyy-MM-dd [ (T | space) HH:mm [ :ss [ .fraction ] ] [ Z | ±HH | ±HHmm | ±HH:mm ] ]
 * [-]digits               epoch milliseconds from 1e11 on, else epoch seconds
 * [-]digits.fraction      epoch seconds (milliseconds from 1e11 on)
 * </pre>
 *
 * <p>A time without offset is UTC, a date alone is its midnight. Fractions have 1 to 9 digits and
 * are cut to milliseconds, towards the past. Leap seconds, hour 24, years beyond four digits and
 * exponents are invalid.
 */
public final class Timestamps {
  /** What an invalid text gives. No valid one does. */
  public static final long INVALID = Long.MIN_VALUE;

  private static final long MILLIS_FROM = 100_000_000_000L;
  private static final long MILLIS_PER_DAY = 86_400_000L;
  private static final int MAX_EPOCH_DIGITS = 18;

  private Timestamps() {}

  /**
   * Parses ASCII text.
   *
   * @return epoch milliseconds, or {@link #INVALID}
   */
  public static long parse(byte[] text, int offset, int length) {
    return length > 4 && text[offset + 4] == '-'
        ? iso(text, offset, offset + length)
        : epoch(text, offset, offset + length);
  }

  private static long iso(byte[] text, int from, int to) {
    if (to - from < 10 || text[from + 7] != '-') {
      return INVALID;
    }
    int year = digits(text, from, 4);
    int month = digits(text, from + 5, 2);
    int day = digits(text, from + 8, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) {
      return INVALID;
    }
    long midnight = epochDay(year, month, day) * MILLIS_PER_DAY;
    if (to - from == 10) {
      return midnight;
    }
    byte separator = text[from + 10];
    if (to - from < 16 || (separator != 'T' && separator != ' ') || text[from + 13] != ':') {
      return INVALID;
    }
    int hour = digits(text, from + 11, 2);
    int minute = digits(text, from + 14, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) {
      return INVALID;
    }
    long millis = midnight + hour * 3_600_000L + minute * 60_000L;
    int next = from + 16;
    if (next < to && text[next] == ':') {
      int second = to - next < 3 ? -1 : digits(text, next + 1, 2);
      if (second < 0 || second > 59) {
        return INVALID;
      }
      millis += second * 1000L;
      next += 3;
      if (next < to && text[next] == '.') {
        int end = next + 1;
        while (end < to && isDigit(text[end])) {
          end++;
        }
        int count = end - next - 1;
        if (count < 1 || count > 9) {
          return INVALID;
        }
        millis += fractionMillis(text, next + 1, end);
        next = end;
      }
    }
    return offset(text, next, to, millis);
  }

  private static long offset(byte[] text, int from, int to, long local) {
    int length = to - from;
    if (length == 0 || (length == 1 && text[from] == 'Z')) {
      return local;
    }
    boolean colon = length == 6 && text[from + 3] == ':';
    if ((text[from] != '+' && text[from] != '-') || !(length == 3 || length == 5 || colon)) {
      return INVALID;
    }
    int hours = digits(text, from + 1, 2);
    int minutes = length == 3 ? 0 : digits(text, colon ? from + 4 : from + 3, 2);
    if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) {
      return INVALID;
    }
    long shift = hours * 3_600_000L + minutes * 60_000L;
    return text[from] == '+' ? local - shift : local + shift;
  }

  private static long epoch(byte[] text, int from, int to) {
    boolean negative = from < to && text[from] == '-';
    int next = negative ? from + 1 : from;
    int first = next;
    long whole = 0;
    while (next < to && isDigit(text[next]) && next - first < MAX_EPOCH_DIGITS) {
      whole = whole * 10 + (text[next++] - '0');
    }
    if (next == first) {
      return INVALID;
    }
    boolean seconds = whole < MILLIS_FROM;
    int fraction = 0;
    boolean inexact = false;
    if (next < to && text[next] == '.') {
      int start = ++next;
      while (next < to && isDigit(text[next]) && next - start < 9) {
        inexact |= text[next] != '0' && (!seconds || next - start >= 3);
        next++;
      }
      if (next == start) {
        return INVALID;
      }
      fraction = seconds ? fractionMillis(text, start, next) : 0;
    }
    if (next != to) {
      return INVALID;
    }
    long millis = (seconds ? whole * 1000 : whole) + fraction;
    return negative ? -millis - (inexact ? 1 : 0) : millis;
  }

  private static int fractionMillis(byte[] text, int from, int to) {
    int millis = 0;
    for (int i = 0; i < 3; i++) {
      millis = millis * 10 + (from + i < to ? text[from + i] - '0' : 0);
    }
    return millis;
  }

  private static int digits(byte[] text, int from, int count) {
    int value = 0;
    for (int i = from; i < from + count; i++) {
      if (!isDigit(text[i])) {
        return -1;
      }
      value = value * 10 + (text[i] - '0');
    }
    return value;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static int daysIn(int year, int month) {
    if (month == 2) {
      return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  /** Days since 1970-01-01 in the proleptic Gregorian calendar, years 0 to 9999. */
  private static long epochDay(int year, int month, int day) {
    // Years that begin in March put the leap day last, so that month lengths follow one formula.
    int y = month > 2 ? year : year - 1;
    int m = month > 2 ? month - 3 : month + 9;
    int century = Math.floorDiv(y, 100);
    return 365L * y
        + Math.floorDiv(y, 4)
        - century
        + Math.floorDiv(y, 400)
        + (153 * m + 2) / 5
        + day
        - 719_469;
  }
}
