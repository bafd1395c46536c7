// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

/**
 * An anomaly that the simulator put into a sensor's readings.
 *
 * @param key the sensor
 * @param kind for people, for example {@code spike}
 * @param start event time of the first reading it touches, epoch milliseconds
 * @param end event time of the last one
 */
public record Injection(String key, String kind, long start, long end) {}
