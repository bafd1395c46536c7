// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.simulate;

/**
 * An anomaly that the simulator puts into one sensor's readings.
 *
 * @param sensor the sensor
 * @param kind what happens
 * @param start event time of the first reading affected, epoch milliseconds
 * @param end event time of the last one, inclusive
 */
public record Injection(String sensor, Kind kind, long start, long end) {
  /** What happens to the readings. */
  public enum Kind {
    /** One feature leaps beyond its daily range, for one to three readings. */
    SPIKE,
    /** One feature climbs steadily, beyond its daily range. */
    DRIFT,
    /** All features repeat their values. */
    STUCK,
    /** No reading comes. */
    GAP,
    /** Temperature and current of every sensor of a group rise by half their daily range. */
    CORRELATED
  }
}
