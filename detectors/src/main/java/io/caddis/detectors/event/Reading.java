// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of one sensor, parsed and valid.
 *
 * @param key the sensor
 * @param timestamp event time, epoch milliseconds
 * @param source 64-bit hash of the source's name; with {@code position} the reading's identity
 * @param position byte offset (or sequence number) within the source
 * @param numbers numeric fields in schema order, NaN = missing
 * @param texts other fields in schema order, null = missing
 * @param extra numeric fields that the schema does not know, null when there are none
 */
public record Reading(
    String key,
    long timestamp,
    long source,
    long position,
    double[] numbers,
    @Nullable String[] texts,
    @Nullable Map<String, Double> extra) {
  /** The same reading of another sensor. */
  public Reading withKey(String sensor) {
    return new Reading(sensor, timestamp, source, position, numbers, texts, extra);
  }
}
