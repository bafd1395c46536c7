// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static io.caddis.jobs.sink.JsonLine.name;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.SerializedString;

/** A line of {@code readings/} or {@code late/}. */
final class VectorRow implements JsonLines.Row<FeatureVector> {
  private static final long serialVersionUID = 1;

  private static final SerializableString TIMESTAMP = name("timestamp");
  private static final SerializableString KEY = name("key");
  private static final SerializableString GROUP = name("group");
  private static final SerializableString EVENT_ID = name("event_id");
  private static final SerializableString FEATURES = name("features");

  private final SerializedString[] numberNames;
  private final SerializedString[] textNames;

  VectorRow(FeatureSchema schema) {
    numberNames = names(schema.numbers());
    textNames = names(schema.texts());
  }

  @Override
  public void write(JsonLine line, FeatureVector vector) {
    line.time(TIMESTAMP, vector.timestamp())
        .text(KEY, vector.key())
        .text(GROUP, vector.group())
        .eventId(EVENT_ID, vector.source(), vector.position())
        .open(FEATURES);
    for (int i = 0; i < numberNames.length; i++) {
      line.number(numberNames[i], vector.numbers()[i]);
    }
    @Nullable String[] texts = vector.texts();
    for (int i = 0; i < textNames.length; i++) {
      String text = texts[i];
      if (text == null) {
        line.nothing(textNames[i]);
      } else {
        line.text(textNames[i], text);
      }
    }
    line.close();
  }

  private static SerializedString[] names(List<Feature> features) {
    return features.stream()
        .map(feature -> new SerializedString(feature.name()))
        .toArray(SerializedString[]::new);
  }
}
