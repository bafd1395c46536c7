// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static io.caddis.jobs.sink.JsonLine.name;

import io.caddis.operators.ModelUpdate;
import io.caddis.operators.ModelVerdict;
import java.util.Locale;
import tools.jackson.core.SerializableString;

/** A line of {@code models/}. */
final class ModelRow {
  private static final SerializableString MODEL_VERSION = name("model_version");
  private static final SerializableString GROUP = name("group");
  private static final SerializableString DETECTOR = name("detector");
  private static final SerializableString TRAIN_FROM = name("train_from");
  private static final SerializableString TRAIN_TO = name("train_to");
  private static final SerializableString TRAIN_ROWS = name("train_rows");
  private static final SerializableString SAMPLED_ROWS = name("sampled_rows");
  private static final SerializableString THRESHOLD_ORIGIN = name("threshold_origin");
  private static final SerializableString ISSUES = name("issues");
  private static final SerializableString DRIFT = name("drift");
  private static final SerializableString TRAINED_BECAUSE = name("trained_because");
  private static final SerializableString SHA256 = name("sha256");
  private static final SerializableString VERDICT = name("verdict");
  private static final SerializableString REASON = name("reason");
  private static final SerializableString EFFECTIVE_FROM = name("effective_from");
  private static final SerializableString MODEL_BASE64 = name("model_base64");

  private ModelRow() {}

  static void write(JsonLine line, ModelUpdate model) {
    describe(line, model);
    line.base64(MODEL_BASE64, model.bytes());
  }

  /** All but the model itself. */
  static void describe(JsonLine line, ModelUpdate model) {
    line.text(MODEL_VERSION, model.modelVersion())
        .text(GROUP, model.group())
        .text(DETECTOR, model.detector())
        .time(TRAIN_FROM, model.trainFrom())
        .time(TRAIN_TO, model.trainTo())
        .number(TRAIN_ROWS, model.rowsSeen())
        .number(SAMPLED_ROWS, model.rowsSampled())
        .text(THRESHOLD_ORIGIN, model.thresholdOrigin())
        .texts(ISSUES, model.issues())
        .texts(DRIFT, model.drift());
    String because = model.trainedBecause();
    if (because != null) {
      line.text(TRAINED_BECAUSE, because);
    }
    line.text(SHA256, model.sha256());
    ModelVerdict verdict = model.verdict();
    if (verdict != null) {
      line.text(VERDICT, verdict.decision().name().toLowerCase(Locale.ROOT))
          .text(REASON, verdict.reason())
          .time(EFFECTIVE_FROM, verdict.at());
    }
  }
}
