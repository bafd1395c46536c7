// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.parse.LineFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.io.NumberOutput;

/**
 * Lines of a table with their scores, being written: the line as it was, then four more cells or
 * fields. Not thread-safe.
 */
final class ScoredLines {
  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");
  private static final byte[] NULL = ascii("null");

  /** Two doubles of 24 characters, false, -1, a brace and a newline. */
  private static final int LONGEST_VALUES = 58;

  private final LineFormat format;

  /** What stands before each of the four values: a comma, and in JSON the field's name. */
  private final byte[][] before = new byte[4][];

  private byte[] bytes;
  private int filled;

  /**
   * @param names of the columns added: score, is_anomaly, prediction, raw_score
   * @param lines that will come, and their bytes: how much room to make
   */
  ScoredLines(LineFormat format, List<String> names, LineBatch lines) {
    this.format = format;
    int added = 0;
    for (int i = 0; i < before.length; i++) {
      before[i] = ascii(format == LineFormat.JSON ? ",\"" + names.get(i) + "\":" : ",");
      added += before[i].length;
    }
    bytes = new byte[lines.size() + lines.count() * (added + LONGEST_VALUES)];
  }

  /** Appends a line with what the model says of it. */
  void scored(byte[] line, int from, int to, double raw, double score, boolean anomaly) {
    open(line, from, to);
    name(0);
    put(NumberOutput.toString(score, true));
    name(1);
    put(anomaly ? TRUE : FALSE);
    name(2);
    put(anomaly ? "-1" : "1");
    name(3);
    put(NumberOutput.toString(raw, true));
    close();
  }

  /** Appends a line that is a row of the table but cannot be scored. */
  void unscored(byte[] line, int from, int to) {
    open(line, from, to);
    nothing();
  }

  /**
   * Appends a line that is no row: in CSV as the text of the first cell, in JSON as the field
   * {@code unparsed}, so that what is written stays a table.
   *
   * @param columns of the table
   */
  void unparsed(byte[] line, int from, int to, int columns) {
    String text = new String(line, from, to - from, StandardCharsets.UTF_8);
    if (format == LineFormat.JSON) {
      put(ascii("{\"unparsed\":\""));
      put(JsonStringEncoder.getInstance().quoteAsUTF8(text));
      put((byte) '"');
    } else {
      put((byte) '"');
      put(text.replace("\"", "\"\"").getBytes(StandardCharsets.UTF_8));
      put((byte) '"');
      for (int i = 1; i < columns; i++) {
        put((byte) ',');
      }
    }
    nothing();
  }

  /** Appends the line, a JSON object without its closing brace. */
  private void open(byte[] line, int from, int to) {
    int end = to;
    if (format == LineFormat.JSON) {
      while (line[end - 1] != '}') {
        end--;
      }
      end--;
      while (line[end - 1] == ' ' || line[end - 1] == '\t') {
        end--;
      }
    }
    put(line, from, end);
  }

  private void nothing() {
    for (int i = 0; i < before.length; i++) {
      name(i);
      if (format == LineFormat.JSON) {
        put(NULL);
      }
    }
    close();
  }

  /** Puts in what stands before a value; of an object without any field, not the comma. */
  private void name(int index) {
    boolean empty = format == LineFormat.JSON && bytes[filled - 1] == '{';
    put(before[index], empty ? 1 : 0, before[index].length);
  }

  private void close() {
    if (format == LineFormat.JSON) {
      put((byte) '}');
    }
    put((byte) '\n');
  }

  private void put(String number) {
    int length = number.length();
    room(length);
    for (int i = 0; i < length; i++) {
      bytes[filled++] = (byte) number.charAt(i);
    }
  }

  private void put(byte[] more) {
    put(more, 0, more.length);
  }

  private void put(byte[] more, int from, int to) {
    room(to - from);
    System.arraycopy(more, from, bytes, filled, to - from);
    filled += to - from;
  }

  private void put(byte one) {
    room(1);
    bytes[filled++] = one;
  }

  private void room(int more) {
    if (filled + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(filled + more, 2 * bytes.length));
    }
  }

  void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, filled);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
