// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.parse.SchemaInference.ColumnCounts;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Counts the columns at the beginning of one source, whatever its format. */
final class ColumnSampler {
  /** Columns of sensors that are followed at most: those that come first. */
  private static final int MOST_FOLLOWED = 1 << 16;

  /** The texts of one sensor in one column. */
  private record Followed(String key, ColumnCounts column) {}

  private final String source;
  private final Limits limits;
  private final CsvLine cells;
  private final JsonFactory json = new JsonFactory();
  private final Map<String, ColumnCounts> columns = new LinkedHashMap<>();
  private final Collection<String> keyFields;

  /** Hashes of the last texts. */
  private final Map<Followed, Integer> last = new HashMap<>();

  /** The texts of the line that is read. */
  private final Map<ColumnCounts, String> texts = new LinkedHashMap<>();

  private String key = "";
  private @Nullable LineFormat format;
  private @Nullable List<ColumnCounts> header;
  private int keyCell = -1;

  /** Lines below the header that could be read. */
  private long useful;

  /** What is wrong with the first line, or the first part, that could not be read. */
  private @Nullable String fault;

  /**
   * @param keyField column that names the sensor, null to know it by its name
   */
  ColumnSampler(String source, Limits limits, @Nullable String keyField) {
    this.keyFields = keyField == null ? SchemaInference.KEY_NAMES : List.of(keyField);
    this.source = source;
    this.limits = limits;
    this.cells = new CsvLine(limits.fields());
  }

  /** Reads whole lines from the beginning, up to about so many bytes; returns how many it were. */
  long read(InputStream in, long maxBytes) throws IOException {
    LineReader lines = new LineReader(in, limits);
    while (lines.nextPosition() < maxBytes && lines.next()) {
      int offset = lines.offset();
      int length = lines.length();
      if (lines.position() == 0) {
        fault = ForeignText.compressed(lines.bytes(), offset, length);
        if (fault != null) {
          return lines.nextPosition();
        }
        int mark = Utf8.markLength(lines.bytes(), offset, length);
        offset += mark;
        length -= mark;
      }
      if (lines.tooLong() || CsvLine.isBlank(lines.bytes(), offset, length)) {
        continue;
      }
      format = format == null ? LineFormat.of(source, lines) : format;
      String wrong;
      if (header == null && format != LineFormat.JSON) {
        wrong = header(lines.bytes(), offset, length);
        if (header == null) {
          fault = "line " + lines.line() + ": " + wrong;
          break;
        }
      } else if (Utf8.firstInvalid(lines.bytes(), offset, length) >= 0) {
        wrong = ForeignText.notUtf8(lines.bytes(), offset, length);
      } else if (header == null) {
        wrong = json(lines.bytes(), offset, length);
      } else {
        wrong = csv(header, lines.bytes(), offset, length);
      }
      if (wrong != null && fault == null) {
        fault = "line " + lines.line() + ": " + wrong;
      }
    }
    return lines.nextPosition();
  }

  /** Why the source gave nothing, null when it did. */
  @Nullable String fault() {
    if (useful > 0) {
      return null;
    }
    if (fault != null) {
      return fault;
    }
    return header == null
        ? "must hold lines, was empty"
        : "must hold lines below the header, has none";
  }

  /** Takes the header. Returns null, or why the job would reject every line below it. */
  private @Nullable String header(byte[] bytes, int offset, int length) {
    String wrong = ForeignText.notUtf8(bytes, offset, length);
    if (wrong == null) {
      wrong = ForeignText.otherSeparator(bytes, offset, length);
    }
    if (wrong == null) {
      wrong = cells.split(bytes, offset, length);
    }
    if (wrong == null) {
      header = new ArrayList<>();
      for (int cell = 0; cell < cells.count(); cell++) {
        cells.trim(cell);
        String name = cells.string(cell);
        header.add(column(name));
        keyCell = keyCell < 0 && isKey(name) ? cell : keyCell;
      }
    }
    return wrong;
  }

  private @Nullable String csv(List<ColumnCounts> header, byte[] bytes, int offset, int length) {
    String malformed = cells.split(bytes, offset, length);
    if (malformed != null) {
      return malformed;
    }
    if (cells.count() != header.size()) {
      return "a line must have "
          + header.size()
          + " fields as the header has, was "
          + cells.count();
    }
    useful++;
    for (int cell = 0; cell < cells.count(); cell++) {
      cells.trim(cell);
      if (!cells.isMissingNumber(cell)) {
        int size = cells.end(cell) - cells.start(cell);
        boolean number =
            size <= limits.numberChars()
                && !Double.isNaN(Numbers.parse(cells.bytes(cell), cells.start(cell), size));
        header.get(cell).add(number);
        if (cell == keyCell) {
          key = cells.string(cell);
        } else if (!number) {
          texts.put(header.get(cell), cells.string(cell));
        }
      }
    }
    follow();
    return null;
  }

  private @Nullable String json(byte[] bytes, int offset, int length) {
    try (JsonParser parser = json.createParser(ObjectReadContext.empty(), bytes, offset, length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return "a line must be one JSON object, begins with another value";
      }
      int fields = 0;
      for (String name = parser.nextName();
          name != null && fields++ < limits.fields();
          name = parser.nextName()) {
        JsonToken token = parser.nextToken();
        if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
          ColumnCounts counts = column(name);
          counts.add(token.isNumeric());
          if (isKey(name)) {
            key = parser.getString();
          } else if (!token.isNumeric() && columns.containsKey(name)) {
            texts.put(counts, parser.getString());
          }
        }
        parser.skipChildren();
      }
      follow();
    } catch (JacksonException e) {
      return "a line must be one JSON object, was malformed";
    }
    useful++;
    return null;
  }

  private boolean isKey(String name) {
    return keyFields.contains(name) || keyFields.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Compares the texts of a line with the last ones of its sensor. */
  private void follow() {
    texts.forEach(
        (column, text) -> {
          Followed followed = new Followed(key, column);
          Integer before = last.get(followed);
          if (before != null) {
            column.follow(before != text.hashCode());
          }
          if (before != null || last.size() < MOST_FOLLOWED) {
            last.put(followed, text.hashCode());
          }
        });
    texts.clear();
    key = "";
  }

  private ColumnCounts column(String name) {
    ColumnCounts counts = columns.get(name);
    if (counts == null) {
      counts = new ColumnCounts();
      // Names that are data (a map written as an object) must not fill the memory.
      if (columns.size() < limits.fields()
          && !name.isBlank()
          && name.length() <= Feature.MAX_NAME_CHARS) {
        columns.put(name, counts);
      }
    }
    return counts;
  }

  Map<String, ColumnCounts> columns() {
    return columns;
  }
}
