// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

import org.jspecify.annotations.Nullable;

/**
 * The verdict on one reading.
 *
 * @param key the sensor
 * @param group whose model scored it
 * @param timestamp event time, epoch milliseconds
 * @param source see {@link Reading#source()}
 * @param position see {@link Reading#position()}
 * @param score 0 to 1, high = anomalous, 0.5 = the learned boundary
 * @param rawScore the detector's own score
 * @param threshold the score at or above which a reading is anomalous
 * @param anomaly whether {@code score >= threshold}
 * @param severity from the score
 * @param modelVersion version id of the model, or {@code warm-up} when the sensor's own statistics
 *     scored it
 * @param late see {@link FeatureVector#late()}
 * @param imputed names of features that were missing and replaced by their training median, null
 *     when none were
 * @param ignored names of fields that the model does not use, null when there are none
 * @param lineage of the model, set on anomalies only, null in warm-up
 * @param attribution which features made the score, set on anomalies only
 * @param muted whether a command keeps it from raising an alert
 * @param rolledBack version of the group's model that was rolled back last before the reading, null
 *     when none was
 * @param evidence what the score was made of, set on anomalies of a job that archives it, unless
 *     muted
 */
public record ScoredVector(
    String key,
    String group,
    long timestamp,
    long source,
    long position,
    double score,
    double rawScore,
    double threshold,
    boolean anomaly,
    Severity severity,
    String modelVersion,
    boolean late,
    String @Nullable [] imputed,
    String @Nullable [] ignored,
    @Nullable ModelLineage lineage,
    @Nullable Attribution attribution,
    boolean muted,
    @Nullable String rolledBack,
    @Nullable Evidence evidence) {}
