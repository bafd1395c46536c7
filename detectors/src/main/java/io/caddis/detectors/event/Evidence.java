// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

import org.jspecify.annotations.Nullable;

/**
 * All that a reading's score was made of, so that it can be made again, to the bit.
 *
 * @param scoredBy version of the model, name of the streaming detector, or {@code warm-up}
 * @param rawScore that it gave
 * @param numbers as they were scored, in the order of what scored them; NaN = missing
 * @param texts likewise, null = missing
 * @param time event time that a streaming detector was told, epoch milliseconds
 * @param state of the sensor before the reading: its streaming detector, or its statistics in
 *     warm-up; null when a model scored
 */
public record Evidence(
    String scoredBy,
    double rawScore,
    double[] numbers,
    @Nullable String[] texts,
    long time,
    byte @Nullable [] state) {}
