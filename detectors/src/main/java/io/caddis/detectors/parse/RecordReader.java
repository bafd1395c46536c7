// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes of a plain-text source, line by line, in bounded memory.
 *
 * <p>The format is found as {@link LineFormat} says. Of a compressed source one rejection is all
 * that is read. Not thread-safe.
 */
public final class RecordReader {
  private final LineReader lines;
  private final String source;
  private final RecordLayout layout;
  private final Limits limits;
  private final boolean connection;
  private @Nullable LineDecoder decoder;
  private boolean ended;

  private RecordReader(
      InputStream in, String source, RecordLayout layout, Limits limits, boolean connection) {
    this.lines = new LineReader(in, limits);
    this.source = source;
    this.layout = layout;
    this.limits = limits;
    this.connection = connection;
  }

  /** Reads a file: CSV begins with a header, and the last line needs no newline. */
  public static RecordReader ofFile(
      InputStream in, String source, RecordLayout layout, Limits limits) {
    return new RecordReader(in, source, layout, limits, false);
  }

  /**
   * Reads a connection: CSV has no header but the order of the layout, and a last line without a
   * newline is rejected, because it may have been cut.
   */
  public static RecordReader ofConnection(
      InputStream in, String source, RecordLayout layout, Limits limits) {
    return new RecordReader(in, source, layout, limits, true);
  }

  /**
   * Continues elsewhere, after {@link #readHeader()} and after the caller has moved the stream.
   *
   * @param position byte offset of the next byte the stream gives, where a line starts
   * @param linesBefore lines that end before it
   */
  public void continueAt(long position, long linesBefore) {
    lines.continueAt(position, linesBefore);
  }

  /** Reads as far as the header, if there is one. */
  public void readHeader() throws IOException {
    while (!ended && (decoder == null || !decoder.headerRead()) && lines.next()) {
      outcome();
    }
  }

  /** The next line's outcome; null at the end. */
  public @Nullable Parsed next() throws IOException {
    while (!ended && lines.next()) {
      Parsed outcome = outcome();
      if (outcome != null) {
        return outcome;
      }
    }
    return null;
  }

  private @Nullable Parsed outcome() {
    if (lines.tooLong()) {
      return reject(
          RejectionReason.LINE_TOO_LONG,
          "a line must have at most " + limits.lineBytes() + " bytes, was " + lines.totalLength());
    }
    byte[] bytes = lines.bytes();
    int offset = lines.offset();
    int length = lines.length();
    if (decoder == null) {
      String compressed =
          lines.position() == 0 ? ForeignText.compressed(bytes, offset, length) : null;
      if (compressed != null) {
        ended = true;
        return reject(RejectionReason.UNREADABLE_SOURCE, compressed);
      }
      LineFormat format = LineFormat.of(source, lines);
      if (format == null) {
        return null;
      }
      decoder = decoderFor(format);
    }
    if (connection && !lines.terminated()) {
      return reject(
          RejectionReason.UNREADABLE_SOURCE, "a line must end with a newline, the connection did");
    }
    return decoder.decode(bytes, offset, length, lines.position(), lines.line());
  }

  private LineDecoder decoderFor(LineFormat format) {
    if (format == LineFormat.JSON) {
      return new JsonLinesDecoder(source, layout, limits);
    }
    return connection
        ? CsvDecoder.withoutHeader(source, layout, limits)
        : new CsvDecoder(source, layout, limits);
  }

  private Parsed reject(RejectionReason reason, String detail) {
    int kept = Math.min(lines.length(), limits.deadLetterBytes());
    byte[] raw = Arrays.copyOfRange(lines.bytes(), lines.offset(), lines.offset() + kept);
    return Parsed.rejected(
        new Rejection(
            reason,
            detail,
            source,
            lines.position(),
            lines.line(),
            lines.totalLength(),
            raw,
            null,
            false));
  }

  /** Byte offset of the first byte after the last line read. */
  public long nextPosition() {
    return lines.nextPosition();
  }

  /** Lines read so far, blank ones and the header included. */
  public long linesRead() {
    return lines.line();
  }

  /** Bytes that have been read ahead. */
  public int buffered() {
    return lines.buffered();
  }
}
