// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.quality;

/**
 * What {@link SensorChecks} remembers of one sensor: 96 bytes a feature. {@link
 * SensorChecks#newState} makes one, {@link SensorChecks#check} changes its arrays in place.
 *
 * <p>A plain record of arrays, so that keyed state can hold it; its layout is a format.
 *
 * @param clock event time of the latest reading, of the timer in flight, and of the reading after
 *     which silence has been told, epoch milliseconds, {@link Long#MIN_VALUE} = none; then the
 *     number of intervals seen
 * @param intervals usual interval between readings and the longest usual one, milliseconds
 * @param times two a feature: since when the value is unchanged, and when the latest value came
 *     that was no jump, epoch milliseconds
 * @param numbers eight a feature: latest value, latest value that was no jump, recent level, recent
 *     mean deviation from it, largest usual step, least and greatest value, longest usual run of
 *     equal values
 * @param counts four a feature: values seen, length of the current run of equal values, runs
 *     completed, and what is open (see {@link SensorChecks})
 */
public record SensorQuality(
    long[] clock, double[] intervals, long[] times, double[] numbers, int[] counts) {}
