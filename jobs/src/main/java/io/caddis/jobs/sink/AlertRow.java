// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static io.caddis.jobs.sink.JsonLine.name;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.ModelLineage;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;

/** A line of {@code alerts/}. */
final class AlertRow {
  private static final SerializableString ALERT_ID = name("alert_id");
  private static final SerializableString SEQUENCE = name("sequence");
  private static final SerializableString STATE = name("state");
  private static final SerializableString REASON = name("reason");
  private static final SerializableString RAISED_LATE = name("raised_late");
  private static final SerializableString TIMESTAMP = name("timestamp");
  private static final SerializableString KEY = name("key");
  private static final SerializableString GROUP = name("group");
  private static final SerializableString SEVERITY = name("severity");
  private static final SerializableString START = name("start");
  private static final SerializableString END = name("end");
  private static final SerializableString PEAK_SCORE = name("peak_score");
  private static final SerializableString PEAK_TIMESTAMP = name("peak_timestamp");
  private static final SerializableString PEAK_EVENT_ID = name("peak_event_id");
  private static final SerializableString ANOMALIES = name("anomalies");
  private static final SerializableString THRESHOLD = name("threshold");
  private static final SerializableString FEATURES_IMPUTED = name("features_imputed");
  private static final SerializableString FEATURES_IGNORED = name("features_ignored");
  private static final SerializableString LINEAGE = name("lineage");
  private static final SerializableString MODEL_VERSION = name("model_version");
  private static final SerializableString MODEL_SHA256 = name("model_sha256");
  private static final SerializableString DETECTOR = name("detector");
  private static final SerializableString TRAIN_FROM = name("train_from");
  private static final SerializableString TRAIN_TO = name("train_to");
  private static final SerializableString TRAIN_ROWS = name("train_rows");
  private static final SerializableString THRESHOLD_ORIGIN = name("threshold_origin");
  private static final SerializableString CONFIG_VERSION = name("config_version");
  private static final SerializableString WARM_UP = name("warm-up");

  private AlertRow() {}

  static void write(JsonLine line, Alert alert, String configVersion) {
    line.text(ALERT_ID, alert.id())
        .number(SEQUENCE, alert.sequence())
        .text(STATE, alert.state().name().toLowerCase(Locale.ROOT));
    String reason = alert.reason();
    if (reason != null) {
      line.text(REASON, reason);
    }
    if (alert.raisedLate()) {
      line.flag(RAISED_LATE, true);
    }
    line.time(TIMESTAMP, alert.timestamp())
        .text(KEY, alert.key())
        .text(GROUP, alert.group())
        .text(SEVERITY, alert.severity().name().toLowerCase(Locale.ROOT))
        .time(START, alert.start())
        .time(END, alert.end())
        .number(PEAK_SCORE, alert.peakScore())
        .time(PEAK_TIMESTAMP, alert.peakTimestamp())
        .number(ANOMALIES, alert.anomalies())
        .number(THRESHOLD, alert.threshold())
        .texts(FEATURES_IMPUTED, alert.imputed())
        .texts(FEATURES_IGNORED, alert.ignored())
        .eventId(PEAK_EVENT_ID, alert.peakSource(), alert.peakPosition());
    AttributionFields.write(line, alert.attribution());
    line.open(LINEAGE);
    writeModel(line, alert.lineage());
    line.text(CONFIG_VERSION, configVersion).close();
  }

  private static void writeModel(JsonLine line, @Nullable ModelLineage model) {
    if (model == null) {
      line.constant(MODEL_VERSION, WARM_UP);
      return;
    }
    line.text(MODEL_VERSION, model.modelVersion())
        .text(MODEL_SHA256, model.sha256())
        .text(DETECTOR, model.detector())
        .time(TRAIN_FROM, model.trainFrom())
        .time(TRAIN_TO, model.trainTo())
        .number(TRAIN_ROWS, model.rows())
        .text(THRESHOLD_ORIGIN, model.thresholdOrigin());
  }
}
