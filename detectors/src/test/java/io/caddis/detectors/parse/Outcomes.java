// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.feature.Encoding;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** Reads texts into outcomes, and shows them as one line each. */
final class Outcomes {
  /** Fields ts and sensor, numbers a (any) and b (in [-10, 10]), text mode. */
  static final RecordLayout LAYOUT =
      new RecordLayout(
          "ts",
          "sensor",
          null,
          null,
          List.of(
              new RecordLayout.Column("a", Encoding.NUMERIC),
              new RecordLayout.Column("mode", Encoding.FREQUENCY),
              new RecordLayout.Column("b", Encoding.NUMERIC, -10, 10)),
          RecordLayout.MIN_TIMESTAMP,
          RecordLayout.MAX_TIMESTAMP);

  private Outcomes() {}

  static List<Parsed> read(String name, byte[] bytes, Limits limits) throws IOException {
    RecordReader reader =
        RecordReader.ofFile(new ByteArrayInputStream(bytes), name, LAYOUT, limits);
    List<Parsed> outcomes = new ArrayList<>();
    for (Parsed next = reader.next(); next != null; next = reader.next()) {
      outcomes.add(next);
    }
    return outcomes;
  }

  static List<Parsed> read(String name, String text) throws IOException {
    return read(name, text.getBytes(StandardCharsets.UTF_8), Limits.DEFAULT);
  }

  /** Like {@code s@5000 [1.0, NaN] [on] {x=2.0} NOT_A_NUMBER(b)}. */
  static String show(Parsed parsed) {
    StringBuilder shown = new StringBuilder();
    Reading reading = parsed.reading();
    if (reading != null) {
      shown.append(reading.key()).append('@').append(reading.timestamp()).append(' ');
      shown.append(Arrays.toString(reading.numbers())).append(' ');
      shown.append(Arrays.toString(reading.texts()));
      if (reading.extra() != null) {
        shown.append(' ').append(new TreeMap<>(reading.extra()));
      }
    }
    Rejection rejection = parsed.rejection();
    if (rejection != null) {
      shown.append(shown.isEmpty() ? "" : " ").append(rejection.reason());
      if (rejection.field() != null) {
        shown.append('(').append(rejection.field()).append(')');
      }
    }
    return shown.toString();
  }
}
