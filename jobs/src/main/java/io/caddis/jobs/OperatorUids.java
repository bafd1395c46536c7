// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

/**
 * Persistent names of all operators: uid and name in one. Savepoints find their state by them:
 * never renamed, never reused.
 */
public final class OperatorUids {
  public static final String SOURCE = "readings-source";
  public static final String PARSE = "parse";
  public static final String ORDER = "order";
  public static final String FEATURES = "features";
  public static final String SAMPLE = "sample";
  public static final String TRAIN = "train";
  public static final String SCORE = "score";
  public static final String STREAM_SCORE = "stream-score";
  public static final String DRIFT = "drift";
  public static final String TRIAGE = "triage";
  public static final String SCORES_SINK = "scores-sink";
  public static final String ALERTS_SINK = "alerts-sink";
  public static final String DEAD_LETTERS_SINK = "dead-letters-sink";
  public static final String READINGS_SINK = "readings-sink";
  public static final String LATE_SINK = "late-sink";
  public static final String QUALITY_SINK = "quality-sink";
  public static final String MODELS_SINK = "models-sink";
  public static final String CHOICES_SINK = "choices-sink";
  public static final String SCORES_TOPIC = "scores-topic";
  public static final String ALERTS_TOPIC = "alerts-topic";
  public static final String DEAD_LETTERS_TOPIC = "dead-letters-topic";
  public static final String LATE_TOPIC = "late-topic";
  public static final String QUALITY_TOPIC = "quality-topic";
  public static final String MODELS_TOPIC = "models-topic";
  public static final String CONTROL_TOPIC = "control-topic";
  public static final String CONTROL_SOURCE = "control-source";
  public static final String CONTROL_PARSE = "control-parse";
  public static final String CONTROL_ADMISSION = "control-admission";
  public static final String CONTROL = "control";
  public static final String LABEL = "label";
  public static final String MODEL_CONTROL = "model-control";
  public static final String WATCH_SAMPLE = "watch-sample";
  public static final String WATCHED = "watched";
  public static final String WATCH_LABEL = "watch-label";
  public static final String CHALLENGER_SCORE = "challenger-score";
  public static final String CHALLENGER_SINK = "challenger-sink";
  public static final String TIMINGS_SINK = "timings-sink";
  public static final String CONTROL_SINK = "control-sink";
  public static final String ARCHIVE_SINK = "archive-sink";
  public static final String MODELS_REGISTRY = "models-registry";

  public static final String TABLE_FILES = "table-files";
  public static final String TABLE_SAMPLE = "table-sample";
  public static final String TABLE_FIT = "table-fit";
  public static final String TABLE_SCORE = "table-score";
  public static final String TABLE_END = "table-end";

  private OperatorUids() {}
}
