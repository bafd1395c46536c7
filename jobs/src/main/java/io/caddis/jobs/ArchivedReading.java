// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.Attribution;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.stream.StreamDetector;
import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.detectors.warmup.SensorStatistics;
import io.caddis.detectors.warmup.WarmUp;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A line of {@code archive/}: a reading at the peak of an alert, and all that its score was made
 * of.
 *
 * @param numberNames of the first numbers, as the specification has them
 * @param parameters of a streaming detector
 * @param state null when a model scored
 */
record ArchivedReading(
    String scoredBy,
    @Nullable String modelSha256,
    double score,
    double rawScore,
    double[] numbers,
    @Nullable String[] texts,
    long time,
    String[] numberNames,
    Map<String, Object> parameters,
    byte @Nullable [] state) {
  private static final int DIGITS = 16;

  /** A score made again. */
  record Replayed(double score, double rawScore, Attribution attribution) {}

  /**
   * The reading of a line.
   *
   * @return null when the episode opened before the job archived
   * @throws IllegalArgumentException when the line is damaged
   */
  static @Nullable ArchivedReading of(JsonNode line) {
    if (!line.has("scored_by")) {
      return null;
    }
    String bits = line.required("number_bits").asString();
    double[] numbers = new double[bits.length() / DIGITS];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = number(bits.substring(DIGITS * i, DIGITS * (i + 1)));
    }
    JsonNode texts = line.required("texts");
    Map<String, Object> parameters = new TreeMap<>();
    line.path("parameters").properties().forEach(p -> parameters.put(p.getKey(), text(p)));
    JsonNode state = line.path("state_base64");
    return new ArchivedReading(
        line.required("scored_by").asString(),
        line.path("model_sha256").asString(null),
        number(line.required("score_bits").asString()),
        number(line.required("raw_score_bits").asString()),
        numbers,
        texts.properties().stream().map(ArchivedReading::text).toArray(String[]::new),
        line.required("time").asLong(),
        line.required("features").propertyNames().toArray(String[]::new),
        parameters,
        state.isMissingNode() ? null : state.binaryValue());
  }

  private static @Nullable String text(Map.Entry<String, JsonNode> property) {
    return property.getValue().isNull() ? null : property.getValue().asString();
  }

  private static double number(String bits) {
    return Double.longBitsToDouble(HexFormat.fromHexDigitsToLong(bits));
  }

  /** Scores with the model that scored then. */
  Replayed byModel(Model model) {
    double raw = model.rawScore(numbers, texts);
    return new Replayed(model.score(raw), raw, model.explain(numbers, texts));
  }

  /**
   * Scores with the sensor's state of then.
   *
   * @throws IOException when the state is damaged
   */
  Replayed byState(byte[] before) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(before));
    if (scoredBy.equals(WarmUp.VERSION)) {
      SensorStatistics statistics = SensorStatistics.read(in);
      double raw = WarmUp.rawScore(statistics, numbers);
      double again = WarmUp.score(raw, numbers.length);
      return new Replayed(again, raw, WarmUp.explain(statistics, numbers, numberNames, again));
    }
    StreamDetector detector = StreamDetectors.byName(scoredBy, parameters).read(in);
    double again = detector.score(time, numbers);
    return new Replayed(again, detector.rawScore(), detector.explain(numberNames, again));
  }

  /** Whether both scores are those of then, in every bit. */
  boolean equalsToTheBit(Replayed again) {
    return same(score, again.score()) && same(rawScore, again.rawScore());
  }

  private static boolean same(double left, double right) {
    return Double.doubleToRawLongBits(left) == Double.doubleToRawLongBits(right);
  }
}
