// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them: a whole number and a unit (ms, s, min, h, d), such as {@code 5
 * s}; ISO-8601 is understood as well.
 */
public final class DurationText {
  private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d{1,9}) ?(ms|s|min|h|d)");
  private static final long[] UNIT_MILLIS = {86_400_000, 3_600_000, 60_000, 1_000, 1};
  private static final String[] UNITS = {"d", "h", "min", "s", "ms"};

  private DurationText() {}

  /**
   * @throws IllegalArgumentException if the text is not a duration
   */
  public static Duration parse(String text) {
    Matcher matcher = NUMBER_AND_UNIT.matcher(text);
    if (matcher.matches()) {
      for (int i = 0; i < UNITS.length; i++) {
        if (UNITS[i].equals(matcher.group(2))) {
          return Duration.ofMillis(Long.parseLong(matcher.group(1)) * UNIT_MILLIS[i]);
        }
      }
    }
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "duration must be a number and a unit (ms, s, min, h, d) or ISO-8601, was '" + text + "'",
          e);
    }
  }

  /** The duration in the largest unit that divides it, for example {@code 90 min}. */
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    for (int i = 0; i < UNITS.length; i++) {
      if (millis != 0 && millis % UNIT_MILLIS[i] == 0) {
        return millis / UNIT_MILLIS[i] + " " + UNITS[i];
      }
    }
    return "0 s";
  }
}
