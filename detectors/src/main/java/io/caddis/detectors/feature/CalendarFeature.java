// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

/** A feature that follows from the timestamp alone, in UTC. */
public enum CalendarFeature {
  /** Hour of the day, 0 to 23. */
  HOUR,
  /** Day of the week, 1 = Monday to 7 = Sunday. */
  DAYOFWEEK;

  private static final long HOUR_MILLIS = 3_600_000L;
  private static final long DAY_MILLIS = 24 * HOUR_MILLIS;

  /** The feature's value at a time; any time, before 1970 too. */
  public double of(long epochMillis) {
    return switch (this) {
      case HOUR -> Math.floorMod(Math.floorDiv(epochMillis, HOUR_MILLIS), 24);
      // 1 January 1970 was a Thursday
      case DAYOFWEEK -> Math.floorMod(Math.floorDiv(epochMillis, DAY_MILLIS) + 3, 7) + 1;
    };
  }
}
