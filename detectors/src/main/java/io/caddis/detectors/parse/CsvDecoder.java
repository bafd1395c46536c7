// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.RejectionReason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Comma-separated lines under a header, quoted as in RFC 4180, one record a line.
 *
 * <p>Columns are found by name, in any order. Of those that the layout does not know the numeric
 * ones are kept as {@code extra}; those that the header lacks are missing values. Blank, {@code
 * NaN}, {@code NA}, {@code N/A}, {@code null}, {@code none} (in any case) and {@code -} are missing
 * numbers; a blank cell is a missing text. Under a header that has a name twice, no time column, or
 * semicolons or tabs instead of commas, every line is rejected.
 */
public final class CsvDecoder implements LineDecoder {
  private final @Nullable String timeField;
  private final Row row;
  private final CsvLine cells;
  private byte[] header = {};
  private String[] names = {};
  private int[] slots = {};
  private @Nullable String headerFault;
  private boolean headerRead;

  /** Takes the first line that is not blank as the header. */
  public CsvDecoder(String source, RecordLayout layout, Limits limits) {
    this.timeField = layout.timeField();
    this.row = new Row(source, layout, limits);
    this.cells = new CsvLine(limits.fields());
  }

  /** For lines without a header: time, key (when the layout has one), then the layout's columns. */
  public static CsvDecoder withoutHeader(String source, RecordLayout layout, Limits limits) {
    CsvDecoder decoder = new CsvDecoder(source, layout, limits);
    List<String> header = new ArrayList<>();
    if (layout.timeField() != null) {
      header.add(quoted(layout.timeField()));
    }
    if (layout.keyField() != null) {
      header.add(quoted(layout.keyField()));
    }
    layout.columns().forEach(column -> header.add(quoted(column.name())));
    byte[] bytes = String.join(",", header).getBytes(StandardCharsets.UTF_8);
    decoder.readHeader(bytes, 0, bytes.length);
    return decoder;
  }

  private static String quoted(String name) {
    return name.matches(".*[\",].*") ? '"' + name.replace("\"", "\"\"") + '"' : name;
  }

  /** The names in the header, in its order; none before it has been read. */
  public List<String> header() {
    return List.of(names);
  }

  @Override
  public boolean headerRead() {
    return headerRead;
  }

  @Override
  public @Nullable Parsed decode(byte[] buffer, int offset, int length, long position, long line) {
    int mark = position == 0 ? Utf8.markLength(buffer, offset, length) : 0;
    int from = offset + mark;
    int count = length - mark;
    if (CsvLine.isBlank(buffer, from, count)) {
      return null;
    }
    if (!headerRead) {
      headerFault = readHeader(buffer, from, count);
      if (headerFault == null) {
        return null;
      }
    }
    row.begin(buffer, from, count, position, line);
    if (headerFault != null) {
      return row.reject(RejectionReason.INVALID_HEADER, headerFault, null);
    }
    int invalid = Utf8.firstInvalid(buffer, from, count);
    if (invalid >= 0) {
      return row.reject(RejectionReason.INVALID_UTF8, Utf8.describe(buffer, invalid, from), null);
    }
    if (Arrays.equals(buffer, from, from + count, header, 0, header.length)) {
      return row.reject(RejectionReason.REPEATED_HEADER, "the header must stand once, again", null);
    }
    String malformed = cells.split(buffer, from, count);
    if (malformed != null) {
      return row.reject(
          cells.hasTooMany() ? RejectionReason.LIMIT_EXCEEDED : RejectionReason.MALFORMED_CSV,
          malformed,
          null);
    }
    if (cells.count() != slots.length) {
      return row.reject(
          RejectionReason.WRONG_COLUMN_COUNT,
          "a line must have " + slots.length + " fields, was " + cells.count(),
          null);
    }
    for (int cell = 0; cell < slots.length && !row.isRejected(); cell++) {
      decodeCell(cell);
    }
    return row.finish();
  }

  private void decodeCell(int cell) {
    int slot = slots[cell];
    if (slot == Row.KEY) {
      row.key(cells.string(cell));
    } else if (slot >= 0 && !row.isNumber(slot)) {
      row.text(slot, cells.string(cell));
    } else {
      cells.trim(cell);
      if (slot == Row.TIME) {
        row.time(cells.bytes(cell), cells.start(cell), cells.end(cell));
      } else if (!cells.isMissingNumber(cell)) {
        if (slot >= 0) {
          row.number(slot, cells.bytes(cell), cells.start(cell), cells.end(cell));
        } else if (row.keepsExtra() && !names[cell].isEmpty()) {
          row.extra(names[cell], cells.bytes(cell), cells.start(cell), cells.end(cell));
        }
      }
    }
  }

  private @Nullable String readHeader(byte[] buffer, int from, int count) {
    headerRead = true;
    header = Arrays.copyOfRange(buffer, from, from + count);
    String notUtf8 = ForeignText.notUtf8(buffer, from, count);
    if (notUtf8 != null) {
      return "header: " + notUtf8;
    }
    String separator = ForeignText.otherSeparator(buffer, from, count);
    if (separator != null) {
      return separator;
    }
    String malformed = cells.split(buffer, from, count);
    if (malformed != null) {
      return "header: " + malformed;
    }
    names = new String[cells.count()];
    slots = new int[cells.count()];
    Set<String> seen = new HashSet<>();
    for (int cell = 0; cell < names.length; cell++) {
      cells.trim(cell);
      names[cell] = cells.string(cell);
      slots[cell] = row.slot(names[cell]);
      // Columns without a name (a data frame's index, a trailing comma) are not read.
      if (!names[cell].isEmpty() && !seen.add(names[cell])) {
        return "header must have each column once, '" + Row.cut(names[cell]) + "' stands twice";
      }
    }
    if (timeField != null && !seen.contains(timeField)) {
      return "header must have the time column '"
          + timeField
          + "', was "
          + Row.shown(buffer, from, from + count);
    }
    return null;
  }
}
