// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

import org.jspecify.annotations.Nullable;

/**
 * What {@link ScoreDrift} remembers of one sensor: 150 bytes with Page-Hinkley, 1.5 KB after a
 * million scores with ADWIN.
 *
 * <p>A plain record, so that keyed state can hold it; its layout is a format.
 *
 * @param method the test that it belongs to
 * @param from event time of the first score since the test began or last told of a change, epoch
 *     milliseconds
 * @param count scores of the block that is being filled
 * @param sum of those
 * @param test {@link MeanTest#state()}, null before the first block
 */
public record DriftState(
    ScoreDrift.Method method, long from, int count, double sum, double @Nullable [] test) {}
