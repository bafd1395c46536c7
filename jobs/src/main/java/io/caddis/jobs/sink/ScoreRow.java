// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static io.caddis.jobs.sink.JsonLine.name;

import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.Severity;
import java.util.Arrays;
import java.util.Locale;
import tools.jackson.core.SerializableString;

/** A line of {@code scores/}. */
final class ScoreRow {
  private static final SerializableString TIMESTAMP = name("timestamp");
  private static final SerializableString KEY = name("key");
  private static final SerializableString SCORE = name("score");
  private static final SerializableString IS_ANOMALY = name("is_anomaly");
  private static final SerializableString RAW_SCORE = name("raw_score");
  private static final SerializableString THRESHOLD = name("threshold");
  private static final SerializableString MODEL_VERSION = name("model_version");
  private static final SerializableString SEVERITY = name("severity");
  private static final SerializableString EVENT_ID = name("event_id");
  private static final SerializableString LATE = name("late");
  private static final SerializableString MUTED = name("muted");
  private static final SerializableString FEATURES_IMPUTED = name("features_imputed");
  private static final SerializableString FEATURES_IGNORED = name("features_ignored");
  private static final SerializableString[] SEVERITIES =
      Arrays.stream(Severity.values())
          .map(severity -> name(severity.name().toLowerCase(Locale.ROOT)))
          .toArray(SerializableString[]::new);

  private ScoreRow() {}

  static void write(JsonLine line, ScoredVector scored) {
    line.time(TIMESTAMP, scored.timestamp())
        .text(KEY, scored.key())
        .number(SCORE, scored.score())
        .flag(IS_ANOMALY, scored.anomaly())
        .number(RAW_SCORE, scored.rawScore())
        .number(THRESHOLD, scored.threshold())
        .text(MODEL_VERSION, scored.modelVersion())
        .constant(SEVERITY, SEVERITIES[scored.severity().ordinal()])
        .eventId(EVENT_ID, scored.source(), scored.position());
    if (scored.late()) {
      line.flag(LATE, true);
    }
    if (scored.muted()) {
      line.flag(MUTED, true);
    }
    line.texts(FEATURES_IMPUTED, scored.imputed()).texts(FEATURES_IGNORED, scored.ignored());
    AttributionFields.write(line, scored.attribution());
  }
}
