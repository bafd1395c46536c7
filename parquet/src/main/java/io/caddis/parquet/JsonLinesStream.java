// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.parquet;

import java.io.IOException;
import java.io.InputStream;
import org.apache.parquet.example.data.Group;

/** The rows of a file as lines of JSON, made as they are read. Not thread-safe. */
final class JsonLinesStream extends InputStream {
  private final Rows rows;
  private final JsonRow json;
  private byte[] line = {};
  private int next;

  JsonLinesStream(Rows rows) {
    this.rows = rows;
    this.json = new JsonRow(rows.type(), name -> true);
  }

  @Override
  public int read() throws IOException {
    return fill() ? line[next++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, line.length - next);
    System.arraycopy(line, next, target, offset, count);
    next += count;
    return count;
  }

  /** Makes the next line when this one has been read; false at the end. */
  private boolean fill() throws IOException {
    if (next < line.length) {
      return true;
    }
    Group row = rows.next();
    if (row == null) {
      return false;
    }
    byte[] object = json.of(row);
    line = new byte[object.length + 1];
    System.arraycopy(object, 0, line, 0, object.length);
    line[object.length] = '\n';
    next = 0;
    return true;
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
