// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Big-endian binary output to a growing array.
 *
 * <p>Not thread-safe.
 */
public final class PayloadWriter {
  private ByteBuffer bytes = ByteBuffer.allocate(1 << 12);

  /** One byte, 0 to 255. */
  public void u8(int value) {
    room(1).put((byte) value);
  }

  /** Two bytes, 0 to 65535. */
  public void u16(int value) {
    room(2).putShort((short) value);
  }

  public void i32(int value) {
    room(4).putInt(value);
  }

  public void i64(long value) {
    room(8).putLong(value);
  }

  /** IEEE 754 double. */
  public void f64(double value) {
    room(8).putDouble(value);
  }

  /** Length of the UTF-8 form in two bytes, then that form. */
  public void text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > 0xFFFF) {
      throw new IllegalArgumentException("text must have at most 65535 bytes, was " + utf8.length);
    }
    u16(utf8.length);
    raw(utf8);
  }

  /** The bytes as they are. */
  public void raw(byte[] value) {
    room(value.length).put(value);
  }

  /** Bytes written so far. */
  public int size() {
    return bytes.position();
  }

  /** A copy of everything written so far. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  private ByteBuffer room(int more) {
    if (bytes.remaining() < more) {
      int capacity = Math.addExact(Math.addExact(bytes.capacity(), bytes.capacity()), more);
      bytes = ByteBuffer.allocate(capacity).put(bytes.flip());
    }
    return bytes;
  }
}
