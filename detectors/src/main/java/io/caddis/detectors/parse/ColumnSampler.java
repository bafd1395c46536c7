// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.parse.SchemaInference.ColumnCounts;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Counts the columns at the beginning of one source, whatever its format. */
final class ColumnSampler {

  private final String source;
  private final Limits limits;
  private final CsvLine cells;
  private final JsonFactory json = new JsonFactory();
  private final Map<String, ColumnCounts> columns = new LinkedHashMap<>();
  private @Nullable LineFormat format;
  private @Nullable List<ColumnCounts> header;

  ColumnSampler(String source, Limits limits) {
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
        int mark = Utf8.markLength(lines.bytes(), offset, length);
        offset += mark;
        length -= mark;
      }
      if (lines.tooLong()
          || CsvLine.isBlank(lines.bytes(), offset, length)
          || Utf8.firstInvalid(lines.bytes(), offset, length) >= 0) {
        continue;
      }
      format = format == null ? LineFormat.of(source, lines) : format;
      if (format == LineFormat.JSON) {
        json(lines.bytes(), offset, length);
      } else {
        csv(lines.bytes(), offset, length);
      }
    }
    return lines.nextPosition();
  }

  private void csv(byte[] bytes, int offset, int length) {
    if (cells.split(bytes, offset, length) != null) {
      return;
    }
    if (header == null) {
      header = new ArrayList<>();
      for (int cell = 0; cell < cells.count(); cell++) {
        cells.trim(cell);
        String name = cells.string(cell);
        header.add(column(name));
      }
    } else if (cells.count() == header.size()) {
      for (int cell = 0; cell < cells.count(); cell++) {
        cells.trim(cell);
        if (!cells.isMissingNumber(cell)) {
          int size = cells.end(cell) - cells.start(cell);
          boolean number =
              size <= limits.numberChars()
                  && !Double.isNaN(Numbers.parse(cells.bytes(cell), cells.start(cell), size));
          header.get(cell).add(number);
        }
      }
    }
  }

  private void json(byte[] bytes, int offset, int length) {
    try (JsonParser parser = json.createParser(ObjectReadContext.empty(), bytes, offset, length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return;
      }
      int fields = 0;
      for (String name = parser.nextName();
          name != null && fields++ < limits.fields();
          name = parser.nextName()) {
        JsonToken token = parser.nextToken();
        if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
          column(name).add(token.isNumeric());
        }
        parser.skipChildren();
      }
    } catch (JacksonException e) {
      // A malformed line says nothing; the job itself reports it, as a dead letter.
      return;
    }
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
