// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

/**
 * What {@link RollingFeatures} remembers of one sensor. {@link RollingFeatures#newState} makes one,
 * {@link RollingFeatures#update} changes its arrays in place.
 *
 * <p>A plain record of arrays, so that keyed state can hold it; its layout is a format.
 *
 * @param times event time, epoch milliseconds, of the latest reading, then of the latest value of
 *     each tracked feature; {@link Long#MIN_VALUE} = none yet
 * @param values the last values of each tracked feature in a ring, one ring after the other
 * @param counts values of each tracked feature so far, reduced by multiples of its ring's length
 *     once the ring is full
 */
public record RollingState(long[] times, double[] values, int[] counts) {}
