// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static io.caddis.jobs.sink.JsonLine.name;

import io.caddis.detectors.event.DetectorChoice;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import tools.jackson.core.SerializableString;

/** A line of {@code choices/}. */
final class ChoiceRow implements JsonLines.Row<DetectorChoice> {
  private static final long serialVersionUID = 1;

  private static final SerializableString KEY = name("key");
  private static final SerializableString TIMESTAMP = name("timestamp");
  private static final SerializableString DETECTOR = name("detector");
  private static final SerializableString MEMBER = name("member");
  private static final SerializableString BASIS = name("basis");
  private static final SerializableString FEATURES = name("features");

  private final String[] features;

  /**
   * @param schema whose numbers a streaming detector uses
   */
  ChoiceRow(FeatureSchema schema) {
    features = schema.numbers().stream().map(Feature::name).toArray(String[]::new);
  }

  @Override
  public void write(JsonLine line, DetectorChoice choice) {
    line.text(KEY, choice.key())
        .time(TIMESTAMP, choice.timestamp())
        .text(DETECTOR, choice.detector())
        .text(MEMBER, choice.member())
        .text(BASIS, choice.basis())
        .texts(FEATURES, features);
  }
}
