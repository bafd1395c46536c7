// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

import org.jspecify.annotations.Nullable;

/**
 * Something wrong with a sensor's data, told once when it is noticed, however long it lasts.
 *
 * @param key the sensor; of a {@link QualityKind#DRIFT} of training readings the group
 * @param feature the feature at fault; null for {@link QualityKind#GAP} and for a drift of scores
 * @param kind what is wrong
 * @param from event time at which it began, epoch milliseconds
 * @param to event time at which it was noticed, epoch milliseconds
 * @param value what was found: a value; of {@link QualityKind#RATE} the change per second, of
 *     {@link QualityKind#GAP} the silence in seconds
 * @param expected what was expected: the recent level, the limit that was broken, of {@link
 *     QualityKind#FLATLINE} and {@link QualityKind#GAP} the longest allowed time in seconds; NaN
 *     when there is no such number
 * @param text for a person
 */
public record QualityIssue(
    String key,
    @Nullable String feature,
    QualityKind kind,
    long from,
    long to,
    double value,
    double expected,
    String text) {}
