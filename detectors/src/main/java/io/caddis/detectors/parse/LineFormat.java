// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the lines of a source are written: JSON when its name ends in {@code .json}, {@code .jsonl}
 * or {@code .ndjson}, CSV when it ends in {@code .csv}; otherwise the first line that is not blank
 * decides, JSON when it begins with a brace.
 */
public enum LineFormat {
  /** Comma-separated values under a header. */
  CSV,
  /** One JSON object a line. */
  JSON;

  /** The format, or null when it depends on the line and that is blank. */
  public static @Nullable LineFormat of(String source, LineReader line) {
    String name = source.toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv")) {
      return CSV;
    }
    if (name.endsWith(".json") || name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
      return JSON;
    }
    byte[] bytes = line.bytes();
    int end = line.offset() + line.length();
    int first = line.offset();
    if (line.position() == 0) {
      first += Utf8.markLength(bytes, first, line.length());
    }
    while (first < end && (bytes[first] == ' ' || bytes[first] == '\t')) {
      first++;
    }
    if (first == end) {
      return null;
    }
    return bytes[first] == '{' ? JSON : CSV;
  }
}
