// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

/**
 * One line of a job's readings.
 *
 * @param timestamp event time, epoch milliseconds
 * @param sensor that was read
 * @param eventId of the reading
 * @param features its values by name, a JSON object
 */
public record SensorValues(long timestamp, String sensor, String eventId, String features) {}
