// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One line cut into cells by commas, quoted as in RFC 4180 (a quoted cell cannot span lines). Cells
 * are ranges of {@link #bytes(int)}; valid until the next line. Not thread-safe.
 */
final class CsvLine {
  private final int maxCells;
  private byte[] line = {};
  private byte[] unquoted = {};
  private int unquotedFilled;
  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private boolean[] moved = new boolean[64];
  private int count;
  private boolean tooMany;

  CsvLine(int maxCells) {
    this.maxCells = maxCells;
  }

  /** Cuts a line. Returns null, or what is wrong with it. */
  @Nullable String split(byte[] bytes, int offset, int length) {
    line = bytes;
    count = 0;
    unquotedFilled = 0;
    tooMany = false;
    int to = offset + length;
    int next = offset;
    while (true) {
      if (count == maxCells) {
        tooMany = true;
        return "a line must have at most " + maxCells + " fields";
      }
      if (next < to && bytes[next] == '"') {
        int end = closingQuote(next, to);
        if (end < 0) {
          return "field " + (count + 1) + " must end with a quote, the line ends first";
        }
        if (end + 1 < to && bytes[end + 1] != ',') {
          return "field " + (count + 1) + " must end after its closing quote";
        }
        addQuoted(next + 1, end, length);
        next = end + 1;
      } else {
        int end = next;
        while (end < to && bytes[end] != ',') {
          if (bytes[end] == '"') {
            return "field " + (count + 1) + " must be quoted whole to hold a quote";
          }
          end++;
        }
        add(next, end, false);
        next = end;
      }
      if (next == to) {
        return null;
      }
      next++;
    }
  }

  /** Index of the quote that closes the cell opened at {@code open}, or -1. */
  private int closingQuote(int open, int to) {
    for (int i = open + 1; i < to; i++) {
      if (line[i] == '"') {
        if (i + 1 == to || line[i + 1] != '"') {
          return i;
        }
        i++;
      }
    }
    return -1;
  }

  private void addQuoted(int from, int to, int lineLength) {
    int escape = from;
    while (escape < to && line[escape] != '"') {
      escape++;
    }
    if (escape == to) {
      add(from, to, false);
      return;
    }
    if (unquoted.length < lineLength) {
      unquoted = new byte[lineLength];
    }
    int start = unquotedFilled;
    for (int i = from; i < to; i++) {
      unquoted[unquotedFilled++] = line[i];
      if (line[i] == '"') {
        i++;
      }
    }
    add(start, unquotedFilled, true);
  }

  private void add(int from, int to, boolean isMoved) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
      moved = Arrays.copyOf(moved, 2 * count);
    }
    starts[count] = from;
    ends[count] = to;
    moved[count] = isMoved;
    count++;
  }

  int count() {
    return count;
  }

  /** Whether the last line was refused because it has too many cells. */
  boolean hasTooMany() {
    return tooMany;
  }

  byte[] bytes(int cell) {
    return moved[cell] ? unquoted : line;
  }

  int start(int cell) {
    return starts[cell];
  }

  int end(int cell) {
    return ends[cell];
  }

  String string(int cell) {
    return new String(bytes(cell), starts[cell], ends[cell] - starts[cell], StandardCharsets.UTF_8);
  }

  /** Drops blanks at both ends of a cell. */
  void trim(int cell) {
    byte[] bytes = bytes(cell);
    int from = starts[cell];
    int to = ends[cell];
    while (from < to && isBlank(bytes[from])) {
      from++;
    }
    while (to > from && isBlank(bytes[to - 1])) {
      to--;
    }
    starts[cell] = from;
    ends[cell] = to;
  }

  /** Whether a trimmed cell says that there is no number: nothing, NaN, NA, N/A, null, none, -. */
  boolean isMissingNumber(int cell) {
    byte[] bytes = bytes(cell);
    int from = starts[cell];
    return switch (ends[cell] - from) {
      case 0 -> true;
      case 1 -> bytes[from] == '-';
      case 2 -> equalsIgnoreCase(bytes, from, "na");
      case 3 -> equalsIgnoreCase(bytes, from, "nan") || equalsIgnoreCase(bytes, from, "n/a");
      case 4 -> equalsIgnoreCase(bytes, from, "null") || equalsIgnoreCase(bytes, from, "none");
      default -> false;
    };
  }

  private static boolean equalsIgnoreCase(byte[] bytes, int from, String lowerCase) {
    for (int i = 0; i < lowerCase.length(); i++) {
      int c = bytes[from + i];
      if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lowerCase.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  static boolean isBlank(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (!isBlank(bytes[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }
}
