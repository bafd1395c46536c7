// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.parse.EventIds;
import io.caddis.detectors.parse.SourceId;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** A file of good and bad lines that remembers what must become of each of them. */
final class PoisonFile implements AutoCloseable {
  private final String name;
  private final OutputStream out;
  private final Set<String> scored = new TreeSet<>();
  private final Set<String> deadLetters = new TreeSet<>();
  private long position;
  private long line = 1;
  private long records;

  PoisonFile(Path file) throws IOException {
    name = file.getFileName().toString();
    out = new BufferedOutputStream(Files.newOutputStream(file));
  }

  /** Writes a line that is no record: a header, or blank. */
  void skipped(String text) throws IOException {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a line that must be scored. */
  void good(String text) throws IOException {
    scored.add(EventIds.format(SourceId.of(name), position));
    record(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a line that must be scored, and a dead letter for one of its cells. */
  void badCell(String reason, String field, String text) throws IOException {
    deadLetters.add(deadLetter(reason, name, position, line, field, true));
    good(text);
  }

  void bad(String reason, String text) throws IOException {
    bad(reason, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a line that must be rejected. */
  void bad(String reason, byte[] bytes) throws IOException {
    deadLetters.add(deadLetter(reason, name, position, line, "", false));
    record(bytes);
  }

  /** Writes a line of so many bytes that must be rejected. */
  void tooLong(byte[] beginning, long length) throws IOException {
    deadLetters.add(deadLetter("line_too_long", name, position, line, "", false));
    byte[] chunk = new byte[1 << 16];
    Arrays.fill(chunk, (byte) '7');
    out.write(beginning);
    for (long left = length - beginning.length; left > 0; left -= chunk.length) {
      out.write(chunk, 0, (int) Math.min(left, chunk.length));
    }
    position += length;
    records++;
    end();
  }

  private void record(byte[] bytes) throws IOException {
    records++;
    write(bytes);
  }

  private void write(byte[] bytes) throws IOException {
    out.write(bytes);
    position += bytes.length;
    end();
  }

  private void end() throws IOException {
    out.write('\n');
    position++;
    line++;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  long records() {
    return records;
  }

  /** Event ids of the lines that must be scored. */
  Set<String> scored() {
    return scored;
  }

  /** What must be known of each dead letter. */
  Set<String> deadLetters() {
    return deadLetters;
  }

  /** The same of a dead letter as it came out; the field of cells only. */
  static String describe(JsonNode row) {
    boolean scored = row.get("scored").asBoolean();
    return deadLetter(
        row.get("reason").asString(),
        row.get("source").asString(),
        row.get("offset").asLong(),
        row.get("line").asLong(),
        scored ? row.get("field").asString() : "",
        scored);
  }

  private static String deadLetter(
      String reason, String source, long position, long line, String field, boolean scored) {
    return "%s:%d @%d %s %s scored=%b"
        .formatted(source, line, position, reason, field, scored)
        .toLowerCase(Locale.ROOT);
  }
}
