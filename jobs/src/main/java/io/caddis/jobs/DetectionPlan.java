// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.triage.TriagePolicy;
import io.caddis.operators.DetectorPlan;
import io.caddis.operators.FeaturePlan;
import io.caddis.operators.TrainingPlan;

/**
 * All that the operators of a detection job need to know.
 *
 * @param features how readings become feature vectors
 * @param training when models are trained
 * @param detector what kind of model
 * @param triage when episodes end
 * @param ordered whether readings meet models in event-time order, so that results do not depend on
 *     speed
 * @param deduplicate whether exact repeats of a reading are dropped
 * @param ttlMillis event time after which an idle sensor is forgotten, milliseconds
 */
public record DetectionPlan(
    FeaturePlan features,
    TrainingPlan training,
    DetectorPlan detector,
    TriagePolicy triage,
    boolean ordered,
    boolean deduplicate,
    long ttlMillis) {}
