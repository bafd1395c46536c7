// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.SeverityScale;
import io.caddis.detectors.feature.FeatureSchema;
import java.io.Serializable;

/**
 * How readings meet models.
 *
 * @param schema columns of the feature vectors
 * @param ordered whether a reading waits until the watermark says that every model that could score
 *     it has come, so that results do not depend on speed; otherwise it is scored at once with the
 *     newest admissible model that has come
 * @param ttlMillis event time after which an idle sensor's statistics are forgotten, milliseconds
 * @param severities of the scores
 * @param risk share of a sensor's usual readings that may be flagged, which its own threshold
 *     holds; 0 = the threshold is the model's
 * @param challenger whether this is for models on trial: without one, readings are not scored
 * @param archived whether anomalies carry what their score was made of
 * @param lateMillis see {@link CorrectingTriageFunction}: for so long models are kept; 0 = as long
 *     as it takes for two newer ones to come
 */
public record ScorePlan(
    FeatureSchema schema,
    boolean ordered,
    long ttlMillis,
    SeverityScale severities,
    double risk,
    boolean challenger,
    boolean archived,
    long lateMillis)
    implements Serializable {

  /** The event time before which no reading is expected any more. */
  long noneBefore(long watermark) {
    return watermark < Long.MIN_VALUE + lateMillis ? Long.MIN_VALUE : watermark - lateMillis;
  }

  /** The name under which something is counted. */
  String count(String name) {
    return challenger ? OperatorMetrics.CHALLENGER + name : name;
  }
}
