// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Lines of a byte stream in bounded memory: at most {@code limits.lineBytes()} plus one read-ahead
 * block, whatever the input holds.
 *
 * <p>{@code \n} and {@code \r\n} end a line, a lone {@code \r} does not, and the end of the stream
 * ends the last one. Of a line beyond the limit only its first {@code limits.deadLetterBytes()} are
 * kept and its length. The accessors describe the line of the last {@link #next()}; its bytes are
 * valid until the next call.
 *
 * <p>An {@link IOException} from the stream leaves the reader as it was, so that {@link #next()}
 * may be tried again: a socket's read time-out costs nothing. Not thread-safe.
 */
public final class LineReader {
  private static final int BLOCK = 1 << 16;

  private final InputStream in;
  private final int maxLine;
  private final int maxPrefix;
  private byte[] buffer;
  private int lineStart;
  private int scanned;
  private int filled;
  private long bufferPosition;
  private long linesBefore;

  private byte[] prefix = new byte[0];
  private long discarded;
  private boolean lastDiscardedIsReturn;
  private boolean discarding;

  private byte[] bytes;
  private int offset;
  private int length;
  private long position;
  private long totalLength;
  private boolean terminated;

  /** Reads from the stream's current place, which is called position 0, before line 1. */
  public LineReader(InputStream in, Limits limits) {
    this.in = in;
    this.maxLine = limits.lineBytes();
    this.maxPrefix = Math.min(limits.deadLetterBytes(), limits.lineBytes());
    this.buffer = new byte[(int) Math.min(BLOCK, maxLine + 2L)];
    this.bytes = buffer;
  }

  /**
   * Continues elsewhere, after the caller has moved the stream.
   *
   * @param newPosition byte offset of the next byte the stream gives
   * @param newLinesBefore lines that end before it
   */
  public void continueAt(long newPosition, long newLinesBefore) {
    lineStart = 0;
    scanned = 0;
    filled = 0;
    discarding = false;
    bufferPosition = newPosition;
    linesBefore = newLinesBefore;
  }

  /** Moves to the next line. Returns false at the end of the stream. */
  public boolean next() throws IOException {
    while (true) {
      int newline = indexOfNewline();
      if (newline >= 0) {
        return line(newline, newline + 1, true);
      }
      scanned = filled;
      // One byte more than the limit may be the \r of a \r\n.
      if (filled - lineStart > maxLine + 1) {
        startDiscarding();
      }
      if (discarding) {
        discard(filled);
      }
      if (!fill()) {
        return (filled > lineStart || discarding) && line(filled, filled, false);
      }
    }
  }

  private int indexOfNewline() {
    for (int i = scanned; i < filled; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private boolean fill() throws IOException {
    if (filled == buffer.length) {
      if (lineStart > 0) {
        System.arraycopy(buffer, lineStart, buffer, 0, filled - lineStart);
        bufferPosition += lineStart;
        filled -= lineStart;
        scanned -= lineStart;
        lineStart = 0;
      } else {
        // Doubling stops just past the limit, where discarding begins.
        buffer = Arrays.copyOf(buffer, (int) Math.min(2L * buffer.length, maxLine + 2L));
      }
    }
    int count = in.read(buffer, filled, buffer.length - filled);
    filled += Math.max(0, count);
    return count >= 0;
  }

  private void startDiscarding() {
    if (!discarding) {
      discarding = true;
      discarded = 0;
      position = bufferPosition + lineStart;
      prefix = Arrays.copyOfRange(buffer, lineStart, lineStart + maxPrefix);
    }
  }

  private void discard(int to) {
    if (to > lineStart) {
      discarded += to - lineStart;
      lastDiscardedIsReturn = buffer[to - 1] == '\r';
      bufferPosition += to;
      System.arraycopy(buffer, to, buffer, 0, filled - to);
      filled -= to;
      scanned = 0;
      lineStart = 0;
    }
  }

  private boolean line(int end, int nextStart, boolean withNewline) {
    linesBefore++;
    terminated = withNewline;
    int contentEnd = end > lineStart && buffer[end - 1] == '\r' ? end - 1 : end;
    if (!discarding && contentEnd - lineStart > maxLine) {
      startDiscarding();
    }
    if (discarding) {
      int newlineBytes = nextStart - end;
      discard(end);
      totalLength = discarded - (lastDiscardedIsReturn ? 1 : 0);
      bytes = prefix;
      offset = 0;
      length = prefix.length;
      discarding = false;
      lineStart = newlineBytes;
    } else {
      bytes = buffer;
      offset = lineStart;
      length = contentEnd - lineStart;
      totalLength = length;
      position = bufferPosition + lineStart;
      lineStart = nextStart;
    }
    scanned = lineStart;
    return true;
  }

  /** The array that holds the line. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where the line starts in {@link #bytes()}. */
  public int offset() {
    return offset;
  }

  /** Bytes of the line at hand, without its end: all, or its prefix when it is too long. */
  public int length() {
    return length;
  }

  /** Byte offset of the line's first byte in the stream. */
  public long position() {
    return position;
  }

  /** Byte offset of the first byte after the line and its end. */
  public long nextPosition() {
    return bufferPosition + lineStart;
  }

  /** Number of the line, from 1. */
  public long line() {
    return linesBefore;
  }

  /** Bytes of the whole line, without its end. */
  public long totalLength() {
    return totalLength;
  }

  /** Whether the line was beyond the limit, so that only a prefix is at hand. */
  public boolean tooLong() {
    return totalLength > maxLine;
  }

  /** Whether a newline ended the line, rather than the end of the stream. */
  public boolean terminated() {
    return terminated;
  }

  /** Bytes that have been read ahead of the line. */
  public int buffered() {
    return filled - lineStart;
  }

  /** Bytes of memory held for lines, for tests of its bound. */
  int retainedBytes() {
    return buffer.length + prefix.length;
  }
}
