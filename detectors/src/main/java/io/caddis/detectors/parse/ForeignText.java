// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sources as other programs write them that cannot be read here, for whoever has to convert them.
 */
final class ForeignText {
  private static final byte[] GZIP = {0x1f, (byte) 0x8b};
  private static final byte[] ZIP = {'P', 'K', 3, 4};
  private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};
  private static final byte[] LITTLE_ENDIAN_MARK = {(byte) 0xff, (byte) 0xfe};
  private static final byte[] BIG_ENDIAN_MARK = {(byte) 0xfe, (byte) 0xff};

  private ForeignText() {}

  /** What is wrong with a source that begins like this, null when it is not compressed. */
  static @Nullable String compressed(byte[] text, int offset, int length) {
    String found =
        begins(GZIP, text, offset, length)
            ? "gzip"
            : begins(ZIP, text, offset, length)
                ? "zip, as spreadsheets are too"
                : begins(ZSTD, text, offset, length) ? "zstd" : null;
    return found == null
        ? null
        : "a source must be plain text, was compressed (" + found + "); decompress it";
  }

  /** What is wrong with the first line of a source, null when it is UTF-8. */
  static @Nullable String notUtf8(byte[] line, int offset, int length) {
    String compressed = compressed(line, offset, length);
    if (compressed != null) {
      return compressed;
    }
    int invalid = Utf8.firstInvalid(line, offset, length);
    // Without a mark, UTF-16 of plain letters is UTF-8 in which every other character is zero.
    boolean utf16 =
        begins(LITTLE_ENDIAN_MARK, line, offset, length)
            || begins(BIG_ENDIAN_MARK, line, offset, length)
            || (length > 3 && line[offset] == 0 && line[offset + 2] == 0)
            || (length > 3 && line[offset + 1] == 0 && line[offset + 3] == 0);
    if (utf16) {
      return "a source must be UTF-8, was UTF-16; convert it: iconv -f UTF-16 -t UTF-8";
    }
    return invalid < 0 ? null : Utf8.describe(line, invalid, offset);
  }

  /** What is wrong with a header, null unless something else than commas separates its columns. */
  static @Nullable String otherSeparator(byte[] header, int offset, int length) {
    String separator = null;
    for (int i = offset; i < offset + length; i++) {
      if (header[i] == ',') {
        return null;
      }
      if (header[i] == ';' || header[i] == '\t') {
        separator = header[i] == ';' ? "semicolons" : "tabs";
      }
    }
    return separator == null
        ? null
        : "header must have commas between its columns, was "
            + Row.shown(header, offset, offset + length)
            + " with "
            + separator
            + "; convert the file";
  }

  private static boolean begins(byte[] magic, byte[] text, int offset, int length) {
    return length >= magic.length
        && Arrays.equals(text, offset, offset + magic.length, magic, 0, magic.length);
  }
}
