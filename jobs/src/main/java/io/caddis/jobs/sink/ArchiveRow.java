// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static io.caddis.jobs.sink.JsonLine.name;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.Evidence;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;

/**
 * A line of {@code archive/}: what the score at an alert's peak was made of. Doubles that a replay
 * needs stand there bit by bit, beside the numbers that people read.
 */
final class ArchiveRow implements JsonLines.Row<Alert> {
  private static final long serialVersionUID = 1;

  private static final SerializableString ALERT_ID = name("alert_id");
  private static final SerializableString SEQUENCE = name("sequence");
  private static final SerializableString KEY = name("key");
  private static final SerializableString EVENT_ID = name("event_id");
  private static final SerializableString TIMESTAMP = name("timestamp");
  private static final SerializableString SCORED_BY = name("scored_by");
  private static final SerializableString MODEL_SHA256 = name("model_sha256");
  private static final SerializableString CONFIG_VERSION = name("config_version");
  private static final SerializableString SCORE = name("score");
  private static final SerializableString SCORE_BITS = name("score_bits");
  private static final SerializableString RAW_SCORE = name("raw_score");
  private static final SerializableString RAW_SCORE_BITS = name("raw_score_bits");
  private static final SerializableString THRESHOLD = name("threshold");
  private static final SerializableString FEATURES = name("features");
  private static final SerializableString NUMBER_BITS = name("number_bits");
  private static final SerializableString TEXTS = name("texts");
  private static final SerializableString TIME = name("time");
  private static final SerializableString PARAMETERS = name("parameters");
  private static final SerializableString STATE_BASE64 = name("state_base64");
  private static final HexFormat HEX = HexFormat.of();

  private final String[] numbers;
  private final String[] texts;
  private final TreeMap<String, String> parameters = new TreeMap<>();
  private final String configVersion;

  ArchiveRow(FeatureSchema schema, Map<String, Object> parameters, String configVersion) {
    this.numbers = schema.numbers().stream().map(Feature::name).toArray(String[]::new);
    this.texts = schema.texts().stream().map(Feature::name).toArray(String[]::new);
    parameters.forEach((key, value) -> this.parameters.put(key, String.valueOf(value)));
    this.configVersion = configVersion;
  }

  @Override
  public void write(JsonLine line, Alert alert) {
    line.text(ALERT_ID, alert.id())
        .number(SEQUENCE, alert.sequence())
        .text(KEY, alert.key())
        .eventId(EVENT_ID, alert.peakSource(), alert.peakPosition())
        .time(TIMESTAMP, alert.peakTimestamp());
    Evidence evidence = alert.evidence();
    // None for an episode that opened before the job archived.
    if (evidence != null) {
      write(line, alert, evidence);
    }
    line.text(CONFIG_VERSION, configVersion);
  }

  private void write(JsonLine line, Alert alert, Evidence evidence) {
    line.text(SCORED_BY, evidence.scoredBy());
    if (alert.lineage() != null) {
      line.text(MODEL_SHA256, alert.lineage().sha256());
    }
    line.number(SCORE, alert.peakScore())
        .text(SCORE_BITS, bits(alert.peakScore()))
        .number(RAW_SCORE, evidence.rawScore())
        .text(RAW_SCORE_BITS, bits(evidence.rawScore()))
        .number(THRESHOLD, alert.threshold())
        .open(FEATURES);
    StringBuilder all = new StringBuilder(16 * evidence.numbers().length);
    for (int i = 0; i < evidence.numbers().length; i++) {
      if (i < numbers.length) {
        line.number(name(numbers[i]), evidence.numbers()[i]);
      }
      all.append(bits(evidence.numbers()[i]));
    }
    line.close().text(NUMBER_BITS, all.toString()).open(TEXTS);
    for (int i = 0; i < texts.length; i++) {
      @Nullable String text = evidence.texts()[i];
      if (text == null) {
        line.nothing(name(texts[i]));
      } else {
        line.text(name(texts[i]), text);
      }
    }
    line.close().number(TIME, evidence.time());
    if (evidence.state() != null) {
      line.open(PARAMETERS);
      parameters.forEach((key, value) -> line.text(name(key), value));
      line.close().base64(STATE_BASE64, evidence.state());
    }
  }

  private static String bits(double value) {
    return HEX.toHexDigits(Double.doubleToRawLongBits(value));
  }
}
