// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

/**
 * That a sensor's readings are scored by something else from now on, chosen by what they showed.
 *
 * @param key of the sensor
 * @param timestamp of the reading after which it holds, epoch milliseconds
 * @param detector that chose, such as {@code auto}
 * @param member what it measures by now
 * @param basis what the data showed
 */
public record DetectorChoice(
    String key, long timestamp, String detector, String member, String basis) {}
