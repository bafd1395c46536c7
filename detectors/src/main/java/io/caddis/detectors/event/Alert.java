// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

import org.jspecify.annotations.Nullable;

/**
 * One message about an episode: a run of anomalous readings of one sensor.
 *
 * @param id of the episode, a hash of sensor and first reading: the same in every run, so that
 *     sinks are idempotent
 * @param sequence 0 for the opening message of the episode, then counting
 * @param state what happened
 * @param key the sensor
 * @param group whose model scored it
 * @param timestamp event time of this message, epoch milliseconds
 * @param start event time of the first anomalous reading
 * @param end event time of the last anomalous reading so far
 * @param severity the worst so far
 * @param peakScore the highest score so far
 * @param peakTimestamp event time of that score
 * @param anomalies anomalous readings so far
 * @param threshold in force at the peak
 * @param imputed features imputed at the peak, null when none were
 * @param ignored fields ignored at the peak, null when there were none
 * @param lineage of the model that scored the peak, null in warm-up
 * @param peakSource see {@link Reading#source()}, of the reading at the peak
 * @param peakPosition see {@link Reading#position()}, of the reading at the peak
 * @param attribution which features made the peak's score
 * @param reason why it is retracted, null unless it is
 * @param evidence what the peak's score was made of, null unless the job archives it
 * @param raisedLate whether it took a late reading to raise it
 */
public record Alert(
    String id,
    int sequence,
    AlertState state,
    String key,
    String group,
    long timestamp,
    long start,
    long end,
    Severity severity,
    double peakScore,
    long peakTimestamp,
    long anomalies,
    double threshold,
    String @Nullable [] imputed,
    String @Nullable [] ignored,
    @Nullable ModelLineage lineage,
    long peakSource,
    long peakPosition,
    @Nullable Attribution attribution,
    @Nullable String reason,
    @Nullable Evidence evidence,
    boolean raisedLate) {}
