// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static io.caddis.jobs.sink.JsonLine.name;

import io.caddis.detectors.event.Attribution;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;

/** The fields of a line that say which features made its score. */
final class AttributionFields {
  private static final SerializableString CONTRIBUTIONS = name("contributions");
  private static final SerializableString EXPECTED = name("expected");

  private AttributionFields() {}

  static void write(JsonLine line, @Nullable Attribution attribution) {
    if (attribution == null) {
      return;
    }
    String[] features = attribution.features();
    line.open(CONTRIBUTIONS);
    for (int i = 0; i < features.length; i++) {
      line.number(name(features[i]), attribution.contributions()[i]);
    }
    line.close();
    String text = attribution.expectedText();
    if (text != null) {
      line.open(EXPECTED).text(name(features[0]), text).close();
    } else if (Double.isFinite(attribution.expected())) {
      line.open(EXPECTED).number(name(features[0]), attribution.expected()).close();
    }
  }
}
