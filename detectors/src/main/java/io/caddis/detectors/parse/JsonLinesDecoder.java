// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.RejectionReason;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * One JSON object a line (RFC 8259), strictly: no repeated name, nothing after the object, no NaN
 * literal.
 *
 * <p>A number must be a JSON number, a time a string or a number, a key a string or an integer; a
 * text may be a number or boolean too, read as written. {@code null} is a missing value. Of the
 * fields that the layout does not know, numbers are kept as {@code extra} and all else, nested
 * values included, is skipped.
 */
public final class JsonLinesDecoder implements LineDecoder {
  private static final int LONGEST_TIME = 64;

  private final JsonFactory factory;
  private final Limits limits;
  private final Row row;
  private final byte[] ascii;
  private final Set<String> seen = new HashSet<>();

  public JsonLinesDecoder(String source, RecordLayout layout, Limits limits) {
    this.limits = limits;
    this.row = new Row(source, layout, limits);
    this.ascii = new byte[Math.max(limits.numberChars(), LONGEST_TIME) + 1];
    // Lengths of cells are checked here, cell by cell; the line bounds what the parser may hold.
    this.factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(limits.depth())
                    .maxNumberLength(limits.lineBytes())
                    .maxStringLength(limits.lineBytes())
                    .maxNameLength(limits.lineBytes())
                    .build())
            .build();
  }

  @Override
  public boolean headerRead() {
    return true;
  }

  @Override
  public @Nullable Parsed decode(byte[] buffer, int offset, int length, long position, long line) {
    int mark = position == 0 ? Utf8.markLength(buffer, offset, length) : 0;
    int from = offset + mark;
    int count = length - mark;
    if (CsvLine.isBlank(buffer, from, count)) {
      return null;
    }
    row.begin(buffer, from, count, position, line);
    int invalid = Utf8.firstInvalid(buffer, from, count);
    if (invalid >= 0) {
      return row.reject(RejectionReason.INVALID_UTF8, Utf8.describe(buffer, invalid, from), null);
    }
    // The parser would take NULs among the first bytes for UTF-16 or UTF-32.
    for (int i = from; i < from + Math.min(count, 4); i++) {
      if (buffer[i] == 0) {
        return row.reject(RejectionReason.MALFORMED_JSON, "a line must hold no NUL, was one", null);
      }
    }
    try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), buffer, from, count)) {
      readObject(parser);
    } catch (StreamConstraintsException e) {
      row.reject(RejectionReason.LIMIT_EXCEEDED, Row.cut(e.getOriginalMessage()), null);
    } catch (JacksonException e) {
      row.reject(RejectionReason.MALFORMED_JSON, Row.cut(e.getOriginalMessage()), null);
    }
    return row.finish();
  }

  private void readObject(JsonParser parser) {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      row.reject(RejectionReason.MALFORMED_JSON, "a line must be a JSON object", null);
      return;
    }
    seen.clear();
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      if (!seen.add(name)) {
        String twice = "a name must stand once, '" + Row.cut(name) + "' stands twice";
        row.reject(RejectionReason.MALFORMED_JSON, twice, null);
        return;
      }
      if (seen.size() > limits.fields()) {
        String tooMany = "a line must have at most " + limits.fields() + " fields";
        row.reject(RejectionReason.LIMIT_EXCEEDED, tooMany, null);
        return;
      }
      readField(parser, name, parser.nextToken());
    }
    if (parser.nextToken() != null) {
      row.reject(RejectionReason.MALFORMED_JSON, "a line must end with its object", null);
    }
  }

  private void readField(JsonParser parser, String name, JsonToken token) {
    if (token != JsonToken.VALUE_NULL) {
      int slot = row.slot(name);
      if (slot == Row.TIME) {
        readTime(parser, name, token);
      } else if (slot == Row.KEY) {
        readKey(parser, name, token);
      } else if (slot == Row.UNKNOWN) {
        if (row.keepsExtra() && token.isNumeric()) {
          row.extra(name, ascii, 0, toAscii(parser));
        }
      } else if (row.isNumber(slot)) {
        if (token.isNumeric()) {
          row.number(slot, ascii, 0, toAscii(parser));
        } else {
          row.fault(slot, RejectionReason.WRONG_TYPE, "must be a JSON number, was " + token);
        }
      } else if (token.isScalarValue()) {
        row.text(slot, parser.getString());
      } else {
        row.fault(slot, RejectionReason.WRONG_TYPE, "must be a JSON string, was " + token);
      }
    }
    parser.skipChildren();
  }

  private void readTime(JsonParser parser, String name, JsonToken token) {
    if (token == JsonToken.VALUE_STRING || token.isNumeric()) {
      row.time(ascii, 0, toAscii(parser));
    } else {
      row.reject(
          RejectionReason.INVALID_TIMESTAMP,
          name + " must be a string or number, was " + token,
          name);
    }
  }

  private void readKey(JsonParser parser, String name, JsonToken token) {
    if (token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NUMBER_INT) {
      row.key(parser.getString());
    } else {
      row.reject(
          RejectionReason.INVALID_KEY, name + " must be a string or integer, was " + token, name);
    }
  }

  /**
   * Copies the current value's text for the parsers of numbers and times, at most one byte more
   * than a number may have, which makes it fail their check. What is not ASCII becomes '?', which
   * neither grammar has.
   */
  private int toAscii(JsonParser parser) {
    char[] chars = parser.getStringCharacters();
    int from = parser.getStringOffset();
    int count = Math.min(parser.getStringLength(), ascii.length);
    for (int i = 0; i < count; i++) {
      char c = chars[from + i];
      ascii[i] = c < 0x80 ? (byte) c : (byte) '?';
    }
    return count;
  }
}
