// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import java.util.List;

/**
 * Every metric of the operators: name, unit and meaning. Counts are also accumulators of the same
 * name.
 */
public final class OperatorMetrics {
  /** Metric group that all names stand in. */
  public static final String GROUP = "anomaly";

  /** Count: readings received, usable or not. */
  public static final String READINGS = "readings";

  /** Count: lines and cells that could not be used. */
  public static final String DEAD_LETTERS = "deadLetters";

  /**
   * Count: of the dead letters, those whose reading was scored all the same, with the bad cell as
   * missing.
   */
  public static final String CELLS_IMPUTED = "cellsImputed";

  /** Count: readings dropped because the sensor had sent another of the same time. */
  public static final String DUPLICATES = "duplicates";

  /** Count: readings behind the watermark. They are scored. */
  public static final String LATE = "late";

  /** Count: readings that came after their training window had closed. */
  public static final String MISSED_TRAINING = "missedTraining";

  /** Count: readings that came too late to tell how a new model does. */
  public static final String MISSED_WATCH = "missedWatch";

  /**
   * Count: faults found in sensors' data, each told once, and drifts of training samples and
   * scores.
   */
  public static final String QUALITY_ISSUES = "qualityIssues";

  /** Count: readings scored. */
  public static final String SCORED = "scored";

  /**
   * Count: of the readings scored, those scored by a model and not by the sensor's own statistics.
   */
  public static final String SCORED_BY_MODEL = "scoredByModel";

  /** Count: of the readings scored, those at or above the threshold. */
  public static final String ANOMALIES = "anomalies";

  /** Count: models fitted. */
  public static final String MODELS = "models";

  /** Count: models that were fitted, and refused because of what they flag. */
  public static final String MODELS_REFUSED = "modelsRefused";

  /** Count: models that were in force and flagged too much. */
  public static final String MODELS_ROLLED_BACK = "modelsRolledBack";

  /** Count: alerts taken back. */
  public static final String RETRACTIONS = "retractions";

  /** Count: alerts whose end was told and whose figures late data corrected, each time. */
  public static final String AMENDMENTS = "amendments";

  /** Count: readings that came too late to change alerts. They are scored. */
  public static final String TOO_LATE = "tooLate";

  /** Count: models that are versions of a registry. */
  public static final String MODELS_PUBLISHED = "modelsPublished";

  /** Count: publications that failed, and will be tried again. */
  public static final String PUBLICATIONS_FAILED = "publicationsFailed";

  /** Count: training windows that gave no model, because of their sample or of what it flags. */
  public static final String WINDOWS_SKIPPED = "windowsSkipped";

  /** Count: episodes opened. */
  public static final String EPISODES = "episodes";

  /** What stands before the names of counts that are about a model on trial. */
  public static final String CHALLENGER = "challenger.";

  /** Histogram, nanoseconds: time to score one reading, every 64th measured. */
  public static final String SCORE_LATENCY_NANOS = "scoreLatencyNanos";

  /** Gauge, text: version of the newest model received, "none" before the first. */
  public static final String MODEL_VERSION = "modelVersion";

  /**
   * Gauge, epoch milliseconds: end of the training interval of the newest model received; -1 before
   * the first.
   */
  public static final String MODEL_TRAINED_TO = "modelTrainedTo";

  /**
   * Gauge, milliseconds of event time: newest reading minus the newest model's training end; -1
   * before the first.
   */
  public static final String MODEL_AGE_MILLIS = "modelAgeMillis";

  /** Gauge: fields met since the start that the schema does not know. */
  public static final String NEW_FEATURES = "newFeatures";

  /** Gauge: models held, of all groups. */
  public static final String MODELS_HELD = "modelsHeld";

  /** The names that are counts, for whoever reports them when a job ends. */
  public static final List<String> COUNTS =
      List.of(
          READINGS,
          DEAD_LETTERS,
          CELLS_IMPUTED,
          DUPLICATES,
          LATE,
          MISSED_TRAINING,
          QUALITY_ISSUES,
          SCORED,
          SCORED_BY_MODEL,
          ANOMALIES,
          MODELS,
          MODELS_REFUSED,
          MODELS_ROLLED_BACK,
          RETRACTIONS,
          AMENDMENTS,
          TOO_LATE,
          WINDOWS_SKIPPED,
          EPISODES);

  private OperatorMetrics() {}
}
