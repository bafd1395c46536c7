// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** What each operator does, for people who look at a job's graph in Flink's web UI. */
public final class OperatorDescriptions {
  private static final Map<String, String> DESCRIPTIONS =
      Map.ofEntries(
          entry(OperatorUids.SOURCE, "reads lines, knows how far event time is"),
          entry(OperatorUids.PARSE, "lines to readings; the rest are dead letters"),
          entry(OperatorUids.ORDER, "each sensor's readings by time, no duplicates"),
          entry(OperatorUids.FEATURES, "feature vectors; late readings, faults of sensors"),
          entry(OperatorUids.SAMPLE, "what models are trained on"),
          entry(OperatorUids.TRAIN, "models and thresholds from samples"),
          entry(OperatorUids.SCORE, "scores by the model in force"),
          entry(OperatorUids.STREAM_SCORE, "scores, and learns from each reading"),
          entry(OperatorUids.DRIFT, "sensors whose scores drift"),
          entry(OperatorUids.TRIAGE, "anomalies to alerts"),
          entry(OperatorUids.SCORES_SINK, "writes scores/"),
          entry(OperatorUids.ALERTS_SINK, "writes alerts/"),
          entry(OperatorUids.DEAD_LETTERS_SINK, "writes dead-letters/"),
          entry(OperatorUids.READINGS_SINK, "writes readings/"),
          entry(OperatorUids.LATE_SINK, "writes late/"),
          entry(OperatorUids.QUALITY_SINK, "writes quality/"),
          entry(OperatorUids.MODELS_SINK, "writes models/"),
          entry(OperatorUids.CHOICES_SINK, "writes choices/"),
          entry(OperatorUids.CHALLENGER_SINK, "writes challenger/"),
          entry(OperatorUids.CONTROL_SINK, "writes control/"),
          entry(OperatorUids.ARCHIVE_SINK, "writes archive/"),
          entry(OperatorUids.SCORES_TOPIC, "sends scores"),
          entry(OperatorUids.ALERTS_TOPIC, "sends alerts"),
          entry(OperatorUids.DEAD_LETTERS_TOPIC, "sends dead letters"),
          entry(OperatorUids.LATE_TOPIC, "sends late readings"),
          entry(OperatorUids.QUALITY_TOPIC, "sends what is wrong with sensors"),
          entry(OperatorUids.MODELS_TOPIC, "sends what was trained"),
          entry(OperatorUids.CONTROL_TOPIC, "sends what became of commands"),
          entry(OperatorUids.CONTROL_SOURCE, "reads commands"),
          entry(OperatorUids.CONTROL_PARSE, "lines to commands"),
          entry(OperatorUids.CONTROL_ADMISSION, "when each command takes effect"),
          entry(OperatorUids.CONTROL, "what commands say of each reading"),
          entry(OperatorUids.LABEL, "marks in samples what people judged"),
          entry(OperatorUids.MODEL_CONTROL, "which model is in force"),
          entry(OperatorUids.WATCH_SAMPLE, "what new models are watched on"),
          entry(OperatorUids.WATCHED, "how new models do"),
          entry(OperatorUids.CHALLENGER_SCORE, "scores by models on trial"),
          entry(OperatorUids.MODELS_REGISTRY, "publishes models to the registry"),
          entry(OperatorUids.TABLE_FILES, "names of files"),
          entry(OperatorUids.TABLE_SAMPLE, "rows to train on"),
          entry(OperatorUids.TABLE_FIT, "models from rows"),
          entry(OperatorUids.TABLE_SCORE, "rows with scores, written"),
          entry(OperatorUids.TABLE_END, "nothing"));

  private OperatorDescriptions() {}

  /** Describes every operator of the graph drawn so far. */
  public static void addTo(StreamExecutionEnvironment env) {
    for (Transformation<?> end : env.getTransformations()) {
      for (Transformation<?> one : end.getTransitivePredecessors()) {
        if (one.getUid() != null) {
          one.setDescription(
              one.getUid() + ": " + Objects.requireNonNull(DESCRIPTIONS.get(one.getUid())));
        }
      }
    }
  }
}
