// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Strict UTF-8 (RFC 3629): no overlong forms, surrogates, or code points beyond U+10FFFF. The JDK's
 * and Jackson's decoders replace or accept some of these silently.
 */
final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  /** Index of the first byte that is not part of a valid sequence, or -1 when all are. */
  static int firstInvalid(byte[] text, int offset, int length) {
    int to = offset + length;
    int next = offset;
    while (next < to) {
      while (next + Long.BYTES <= to && ((long) LONGS.get(text, next) & HIGH_BITS) == 0) {
        next += Long.BYTES;
      }
      if (next == to) {
        break;
      }
      int size = sequence(text, next, to);
      if (size == 0) {
        return next;
      }
      next += size;
    }
    return -1;
  }

  /** Length of the valid sequence at {@code from}, 0 when it is invalid. */
  private static int sequence(byte[] text, int from, int to) {
    int lead = text[from] & 0xff;
    if (lead < 0x80) {
      return 1;
    }
    int size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || to - from < size) {
      return 0;
    }
    int second = text[from + 1] & 0xff;
    int lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    int highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (second < lowest || second > highest) {
      return 0;
    }
    for (int i = from + 2; i < from + size; i++) {
      if ((text[i] & 0xc0) != 0x80) {
        return 0;
      }
    }
    return size;
  }

  /** Bytes of the byte-order mark at the start of a text: 3 or 0. */
  static int markLength(byte[] text, int offset, int length) {
    boolean mark =
        length >= 3
            && text[offset] == (byte) 0xef
            && text[offset + 1] == (byte) 0xbb
            && text[offset + 2] == (byte) 0xbf;
    return mark ? 3 : 0;
  }

  /** What is wrong with the byte at {@code invalid} of a line that starts at {@code lineStart}. */
  static String describe(byte[] text, int invalid, int lineStart) {
    return "a line must be UTF-8, was 0x%02x at byte %d"
        .formatted(text[invalid] & 0xff, invalid - lineStart);
  }
}
