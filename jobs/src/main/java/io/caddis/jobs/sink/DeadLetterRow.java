// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static io.caddis.jobs.sink.JsonLine.name;

import io.caddis.detectors.event.Rejection;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;

/** A line of {@code dead-letters/}. */
final class DeadLetterRow {
  private static final SerializableString REASON = name("reason");
  private static final SerializableString DETAIL = name("detail");
  private static final SerializableString SOURCE = name("source");
  private static final SerializableString OFFSET = name("offset");
  private static final SerializableString LINE = name("line");
  private static final SerializableString LENGTH = name("length");
  private static final SerializableString FIELD = name("field");
  private static final SerializableString SCORED = name("scored");
  private static final SerializableString RAW = name("raw");
  private static final SerializableString RAW_BASE64 = name("raw_base64");

  private DeadLetterRow() {}

  static void write(JsonLine line, Rejection rejection) {
    line.text(REASON, rejection.reason().name().toLowerCase(Locale.ROOT))
        .text(DETAIL, rejection.detail())
        .text(SOURCE, rejection.source())
        .number(OFFSET, rejection.position());
    if (rejection.line() > 0) {
      line.number(LINE, rejection.line());
    }
    line.number(LENGTH, rejection.length());
    String field = rejection.field();
    if (field != null) {
      line.text(FIELD, field);
    }
    line.flag(SCORED, rejection.scored());
    String text = text(rejection.raw(), rejection.raw().length < rejection.length());
    if (text == null) {
      line.base64(RAW_BASE64, rejection.raw());
    } else {
      line.text(RAW, text);
    }
  }

  /** The bytes as text, or null when they are not UTF-8; a cut may go through a character. */
  private static @Nullable String text(byte[] raw, boolean cut) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer chars = CharBuffer.allocate(raw.length);
    return decoder.decode(ByteBuffer.wrap(raw), chars, !cut).isUnderflow()
        ? chars.flip().toString()
        : null;
  }
}
