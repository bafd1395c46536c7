// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.threshold;

/**
 * What {@link Spot} remembers of one stream, at most 2.2 KB and its depth. {@link Spot#newState}
 * makes one, {@link Spot#observe} changes its arrays in place.
 *
 * <p>A plain record of arrays, so that keyed state can hold it; its layout is a format.
 *
 * @param peaks while calibrating the first values, then excesses over the level, the newest {@link
 *     Spot#MAX_PEAKS}
 * @param recent the latest usual values, in a ring; none without depth
 * @param counts values in {@code peaks}; its next place to overwrite; peaks since the last fit;
 *     next place in {@code recent}
 * @param seen values learned so far; those of them above the level; alarms
 * @param levels the level; the threshold and the most that an alarm teaches, NaN while calibrating;
 *     sum of {@code recent}
 */
public record SpotState(
    double[] peaks, double[] recent, int[] counts, double[] seen, double[] levels) {}
