// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.parse.LineReader;
import java.io.IOException;
import java.util.Arrays;

/** Some consecutive lines of a table, held together so that another thread can score them. */
final class LineBatch {
  private static final int TARGET_BYTES = 1 << 17;
  private static final int TARGET_LINES = 1 << 13;

  /** Room for most last lines, which cross the target. */
  private static final int SLACK = 1 << 12;

  private byte[] bytes = new byte[TARGET_BYTES + SLACK];
  private int[] ends = new int[1024];
  private long[] positions = new long[1024];
  private boolean[] cut = new boolean[1024];
  private int count;
  private long firstLine;

  /** Adds the next lines; none when the table has ended. */
  LineBatch fill(LineReader lines) throws IOException {
    while (size() < TARGET_BYTES && count < TARGET_LINES && lines.next()) {
      add(lines);
    }
    return this;
  }

  /** Adds the line that the reader is at. */
  void add(LineReader lines) {
    if (count == 0) {
      firstLine = lines.line();
    }
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
      positions = Arrays.copyOf(positions, 2 * count);
      cut = Arrays.copyOf(cut, 2 * count);
    }
    int start = size();
    int end = start + lines.length();
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
    }
    System.arraycopy(lines.bytes(), lines.offset(), bytes, start, lines.length());
    ends[count] = end;
    positions[count] = lines.position();
    cut[count] = lines.tooLong();
    count++;
  }

  int count() {
    return count;
  }

  /** Bytes of all lines together. */
  int size() {
    return count == 0 ? 0 : ends[count - 1];
  }

  byte[] bytes() {
    return bytes;
  }

  int start(int index) {
    return index == 0 ? 0 : ends[index - 1];
  }

  int end(int index) {
    return ends[index];
  }

  /** Byte offset of a line in the table. */
  long position(int index) {
    return positions[index];
  }

  /** Number of a line in the table, from 1. */
  long line(int index) {
    return firstLine + index;
  }

  /** Whether only the beginning of a line is here, because it is too long. */
  boolean cut(int index) {
    return cut[index];
  }
}
