// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Big-endian binary input that trusts nothing: the counterpart of {@link PayloadWriter}.
 *
 * <p>Every method names what it reads, checks that the bytes are there and the value is in range
 * before anything is allocated for it, and otherwise throws {@link IllegalArgumentException} with
 * the name, the value and the byte offset. Not thread-safe.
 */
public final class PayloadReader {
  private final ByteBuffer bytes;

  /** Reads {@code bytes[from, to)}; offsets in errors count from the start of the array. */
  public PayloadReader(byte[] bytes, int from, int to) {
    this.bytes = ByteBuffer.wrap(bytes, from, to - from);
  }

  public int u8(String name, int min, int max) {
    return inRange(name, need(name, 1).get() & 0xFF, min, max, 1);
  }

  public int u16(String name, int min, int max) {
    return inRange(name, need(name, 2).getShort() & 0xFFFF, min, max, 2);
  }

  public int i32(String name, int min, int max) {
    return inRange(name, need(name, 4).getInt(), min, max, 4);
  }

  public long i64(String name) {
    return need(name, 8).getLong();
  }

  /** A count of items that each take at least {@code bytesEach} of the bytes that are left. */
  public int count(String name, int min, int max, int bytesEach) {
    int count = i32(name, min, max);
    if ((long) count * bytesEach > bytes.remaining()) {
      throw fault(
          name + " must fit into the " + bytes.remaining() + " bytes left, was " + count, 4);
    }
    return count;
  }

  /** A finite double. */
  public double finite(String name) {
    double value = need(name, 8).getDouble();
    if (!Double.isFinite(value)) {
      throw fault(name + " must be finite, was " + value, 8);
    }
    return value;
  }

  /** A finite double above zero. */
  public double positive(String name) {
    double value = finite(name);
    if (value <= 0) {
      throw fault(name + " must be above 0, was " + value, 8);
    }
    return value;
  }

  /** See {@link PayloadWriter#text}. */
  public String text(String name) {
    int length = u16(name + " length", 0, 0xFFFF);
    ByteBuffer utf8 = need(name, length).slice(bytes.position(), length);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
      bytes.position(bytes.position() + length);
      return text;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          name + " must be valid UTF-8 at byte " + bytes.position(), e);
    }
  }

  /**
   * Length in four bytes, then as many bytes as they are.
   *
   * @param max length allowed
   */
  public byte[] raw(String name, int max) {
    byte[] raw = new byte[count(name + " length", 0, max, 1)];
    need(name, raw.length).get(raw);
    return raw;
  }

  public int remaining() {
    return bytes.remaining();
  }

  /** The offset of the next byte. */
  public int position() {
    return bytes.position();
  }

  private ByteBuffer need(String name, int length) {
    if (bytes.remaining() < length) {
      throw fault(
          name + " must have " + length + " bytes, was cut off after " + bytes.remaining(), 0);
    }
    return bytes;
  }

  private int inRange(String name, int value, int min, int max, int width) {
    if (value < min || value > max) {
      throw fault(name + " must be " + min + " to " + max + ", was " + value, width);
    }
    return value;
  }

  private IllegalArgumentException fault(String what, int consumed) {
    return new IllegalArgumentException(what + " at byte " + (bytes.position() - consumed));
  }
}
