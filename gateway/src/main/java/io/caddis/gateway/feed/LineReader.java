// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file from a position on, in constant memory: of a line that is too long only the
 * beginning is kept. Not thread-safe.
 */
final class LineReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final FileChannel channel;
  private final int maxBytes;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
  private long position;

  /**
   * @param position in bytes, where a line begins
   * @param maxBytes of a line that are kept
   */
  LineReader(Path file, long position, int maxBytes) throws IOException {
    this.channel = FileChannel.open(file, StandardOpenOption.READ);
    this.channel.position(position);
    this.position = position;
    this.maxBytes = maxBytes;
  }

  /**
   * A line without its end.
   *
   * @param start where it begins in the file
   * @param bytes at most as many as are kept
   * @param cut whether there were more
   */
  record Line(long start, byte[] bytes, boolean cut) {}

  /** The next line, null at the end of the file. The last line may lack its end. */
  @Nullable Line next() throws IOException {
    long start = position;
    line.reset();
    boolean cut = false;
    while (true) {
      if (!buffer.hasRemaining() && !fill()) {
        return position == start ? null : new Line(start, line.toByteArray(), cut);
      }
      int from = buffer.position();
      int end = from;
      while (end < buffer.limit() && buffer.get(end) != '\n') {
        end++;
      }
      int kept = Math.min(end - from, maxBytes - line.size());
      line.write(buffer.array(), from, kept);
      cut |= kept < end - from;
      boolean whole = end < buffer.limit();
      int next = whole ? end + 1 : end;
      position += next - from;
      buffer.position(next);
      if (whole) {
        return new Line(start, line.toByteArray(), cut);
      }
    }
  }

  private boolean fill() throws IOException {
    buffer.clear();
    int read = channel.read(buffer);
    buffer.flip();
    return read > 0;
  }

  /** Bytes of the file up to the next line. */
  long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
