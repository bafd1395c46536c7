// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import io.caddis.detectors.event.Severity;
import org.jspecify.annotations.Nullable;

/**
 * One line of a job's scores.
 *
 * @param timestamp event time, epoch milliseconds
 * @param sensor that was read
 * @param score 0 to 1, null when there was none
 * @param threshold in force, null when there was none
 * @param anomaly whether the score reached the threshold
 * @param severity of the score
 * @param modelVersion that scored it
 * @param eventId of the reading
 * @param body the whole line of an anomaly, a JSON object; null for other readings
 */
public record ScoredReading(
    long timestamp,
    String sensor,
    @Nullable Double score,
    @Nullable Double threshold,
    boolean anomaly,
    Severity severity,
    String modelVersion,
    String eventId,
    @Nullable String body) {}
