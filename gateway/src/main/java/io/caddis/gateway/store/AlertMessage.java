// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import io.caddis.detectors.event.Severity;

/**
 * One line of a job's alerts: what is known of an episode by then. Times are epoch milliseconds.
 *
 * @param alertId of the episode
 * @param sequence 0 when the episode opens, then counting
 * @param state of the episode
 * @param sensor whose readings are anomalous
 * @param group whose model scored them
 * @param severity the worst so far
 * @param timestamp event time of the message
 * @param start event time of the first anomalous reading
 * @param end event time of the last anomalous reading so far
 * @param peakScore the highest score so far, 0 to 1
 * @param anomalies anomalous readings so far
 * @param body the line as the job wrote it, a JSON object
 */
public record AlertMessage(
    String alertId,
    long sequence,
    EpisodeState state,
    String sensor,
    String group,
    Severity severity,
    long timestamp,
    long start,
    long end,
    double peakScore,
    long anomalies,
    String body) {}
