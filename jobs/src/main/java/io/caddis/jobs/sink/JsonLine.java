// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.LocalDate;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.SerializableString;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.io.SerializedString;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonpCharacterEscapes;

/**
 * One JSON object under construction, to be written as one line of UTF-8.
 *
 * <p>No value can break the line or the format: control characters and the Unicode line separators
 * U+2028 and U+2029 are escaped, unpaired surrogates become U+FFFD, numbers that JSON cannot
 * express become null. Doubles take the shortest form that reads back as the same double.
 *
 * <p>Reused from line to line; not thread-safe.
 */
public final class JsonLine {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .characterEscapes(JsonpCharacterEscapes.instance())
          .rootValueSeparator("")
          .build();
  private static final long DAY_MILLIS = 86_400_000;
  private static final HexFormat HEX = HexFormat.of();

  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(512);
  private final JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), buffer);

  /** The time last written, and how many of its first characters are those of {@code day}. */
  private final char[] time = new char[40];

  private long day = Long.MIN_VALUE;
  private int dayLength;

  public JsonLine text(SerializableString name, String value) {
    json.writeName(name);
    json.writeString(wellFormed(value));
    return this;
  }

  /** A value that is known to need no escaping. */
  public JsonLine constant(SerializableString name, SerializableString value) {
    json.writeName(name);
    json.writeString(value);
    return this;
  }

  /** An array of strings; nothing at all when there are none. */
  public JsonLine texts(SerializableString name, String @Nullable [] values) {
    if (values == null || values.length == 0) {
      return this;
    }
    json.writeName(name);
    json.writeStartArray();
    for (String value : values) {
      json.writeString(wellFormed(value));
    }
    json.writeEndArray();
    return this;
  }

  public JsonLine number(SerializableString name, double value) {
    json.writeName(name);
    if (Double.isFinite(value)) {
      json.writeNumber(value);
    } else {
      json.writeNull();
    }
    return this;
  }

  public JsonLine number(SerializableString name, long value) {
    json.writeName(name);
    json.writeNumber(value);
    return this;
  }

  public JsonLine flag(SerializableString name, boolean value) {
    json.writeName(name);
    json.writeBoolean(value);
    return this;
  }

  public JsonLine nothing(SerializableString name) {
    json.writeName(name);
    json.writeNull();
    return this;
  }

  public JsonLine base64(SerializableString name, byte[] value) {
    json.writeName(name);
    json.writeBinary(value);
    return this;
  }

  /** The identity of a reading: 16 hexadecimal digits, a hyphen, more hexadecimal digits. */
  public JsonLine eventId(SerializableString name, long source, long position) {
    json.writeName(name);
    json.writeString(HEX.toHexDigits(source) + '-' + Long.toHexString(position));
    return this;
  }

  /**
   * A moment in ISO-8601, UTC, with milliseconds only when there are any.
   *
   * @param epochMillis milliseconds since 1970-01-01T00:00Z
   */
  public JsonLine time(SerializableString name, long epochMillis) {
    long newDay = Math.floorDiv(epochMillis, DAY_MILLIS);
    if (newDay != day) {
      String date = LocalDate.ofEpochDay(newDay).toString();
      date.getChars(0, date.length(), time, 0);
      time[date.length()] = 'T';
      dayLength = date.length() + 1;
      day = newDay;
    }
    int millis = (int) Math.floorMod(epochMillis, DAY_MILLIS);
    int end = digits(dayLength, millis / 3_600_000, 2);
    time[end++] = ':';
    end = digits(end, millis / 60_000 % 60, 2);
    time[end++] = ':';
    end = digits(end, millis / 1_000 % 60, 2);
    if (millis % 1_000 != 0) {
      time[end++] = '.';
      end = digits(end, millis % 1_000, 3);
    }
    time[end++] = 'Z';
    json.writeName(name);
    json.writeString(time, 0, end);
    return this;
  }

  /** Opens a nested object. */
  public JsonLine open(SerializableString name) {
    json.writeName(name);
    json.writeStartObject();
    return this;
  }

  /** Closes the innermost nested object. */
  public JsonLine close() {
    json.writeEndObject();
    return this;
  }

  void begin() {
    json.writeStartObject();
  }

  void end(OutputStream stream) throws IOException {
    json.writeEndObject();
    json.writeRaw('\n');
    json.flush();
    buffer.writeTo(stream);
    buffer.reset();
  }

  /** Name of a field, encoded once. */
  public static SerializableString name(String name) {
    return new SerializedString(name);
  }

  private int digits(int at, int value, int count) {
    int rest = value;
    for (int i = at + count - 1; i >= at; i--) {
      time[i] = (char) ('0' + rest % 10);
      rest /= 10;
    }
    return at + count;
  }

  private static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (Character.codePointAt(text, i) < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
          return repaired(text);
        }
        i++;
      }
    }
    return text;
  }

  private static String repaired(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .forEach(out::appendCodePoint);
    return out.toString();
  }
}
