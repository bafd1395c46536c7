// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static io.caddis.jobs.sink.JsonLine.name;

import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.parse.SourceId;
import java.util.Locale;
import tools.jackson.core.SerializableString;

/** A line of {@code quality/}. */
final class QualityRow {
  private static final SerializableString ISSUE_ID = name("issue_id");
  private static final SerializableString KIND = name("kind");
  private static final SerializableString KEY = name("key");
  private static final SerializableString FEATURE = name("feature");
  private static final SerializableString FROM = name("from");
  private static final SerializableString TO = name("to");
  private static final SerializableString VALUE = name("value");
  private static final SerializableString EXPECTED = name("expected");
  private static final SerializableString TEXT = name("text");

  private QualityRow() {}

  static void write(JsonLine line, QualityIssue issue) {
    String kind = issue.kind().name().toLowerCase(Locale.ROOT);
    String feature = issue.feature();
    long id = SourceId.of(String.join("\n", issue.key(), kind, feature, "" + issue.from()));
    line.text(ISSUE_ID, "%016x".formatted(id)).text(KIND, kind).text(KEY, issue.key());
    if (feature != null) {
      line.text(FEATURE, feature);
    }
    line.time(FROM, issue.from())
        .time(TO, issue.to())
        .number(VALUE, issue.value())
        .number(EXPECTED, issue.expected())
        .text(TEXT, issue.text());
  }
}
