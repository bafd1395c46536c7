// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static java.util.Map.entry;

import java.util.Map;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What each operator does, for people who look at a job's graph in Flink's web UI. Of sinks it
 * shows names only, which say what they write.
 */
public final class OperatorDescriptions {
  private static final Map<String, String> DESCRIPTIONS =
      Map.ofEntries(
          entry(OperatorUids.SOURCE, "lines as they come, and event time"),
          entry(OperatorUids.PARSE, "lines to readings; the rest are dead letters"),
          entry(OperatorUids.ORDER, "each sensor's readings by time, no duplicates"),
          entry(OperatorUids.FEATURES, "feature vectors; late readings, faults of sensors"),
          entry(OperatorUids.SAMPLE, "what models are trained on"),
          entry(OperatorUids.TRAIN, "models and thresholds from samples"),
          entry(OperatorUids.SCORE, "scores by the model in force"),
          entry(OperatorUids.STREAM_SCORE, "scores, and learns from each reading"),
          entry(OperatorUids.DRIFT, "sensors whose scores drift"),
          entry(OperatorUids.TRIAGE, "anomalies to alerts"),
          entry(OperatorUids.CONTROL_SOURCE, "reads commands"),
          entry(OperatorUids.CONTROL_PARSE, "lines to commands"),
          entry(OperatorUids.CONTROL_ADMISSION, "when each command takes effect"),
          entry(OperatorUids.CONTROL, "what commands say of each reading"),
          entry(OperatorUids.LABEL, "marks in samples what people judged"),
          entry(OperatorUids.MODEL_CONTROL, "which model is in force"),
          entry(OperatorUids.WATCH_SAMPLE, "what new models are watched on"),
          entry(OperatorUids.WATCH_LABEL, "marks in those what people judged"),
          entry(OperatorUids.WATCHED, "how new models do"),
          entry(OperatorUids.CHALLENGER_SCORE, "scores by models on trial"),
          entry(OperatorUids.MODELS_REGISTRY, "publishes models to the registry"),
          entry(OperatorUids.TABLE_FILES, "names of files"),
          entry(OperatorUids.TABLE_SAMPLE, "rows to train on"),
          entry(OperatorUids.TABLE_FIT, "models from rows"),
          entry(OperatorUids.TABLE_SCORE, "rows with scores, written"));

  private OperatorDescriptions() {}

  /** Describes every operator of the graph drawn so far. */
  public static void addTo(StreamExecutionEnvironment env) {
    for (Transformation<?> end : env.getTransformations()) {
      for (Transformation<?> one : end.getTransitivePredecessors()) {
        String uid = one.getUid();
        if (uid != null && DESCRIPTIONS.containsKey(uid)) {
          one.setDescription(uid + ": " + DESCRIPTIONS.get(uid));
        }
      }
    }
  }
}
