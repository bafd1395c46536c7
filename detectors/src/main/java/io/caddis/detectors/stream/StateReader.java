// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.zip.CRC32;

/**
 * A detector's state out of a checkpoint, read with a name and a range for each number, so that
 * damaged bytes are refused instead of believed.
 *
 * <pre>
 * u8 format | i32 features | i32 length | body | i32 CRC-32 of the body
 * </pre>
 */
final class StateReader {
  /** Of a body, for which room is made before they are read. */
  private static final int MOST_AT_ONCE = 1 << 13;

  /** Room for the body of most states, when they are written. */
  private static final int FIRST_BYTES = 1 << 11;

  /** Writes the body of a state. */
  interface Body {
    void write(DataOutput out) throws IOException;
  }

  private final int features;
  private final double limit;
  private final ByteBuffer body;

  private StateReader(int features, byte[] body, double limit) {
    this.features = features;
    this.limit = limit;
    this.body = ByteBuffer.wrap(body);
  }

  static void write(DataOutput out, int format, int features, Body body) throws IOException {
    Bytes written = new Bytes();
    body.write(new DataOutputStream(written));
    out.writeByte(format);
    out.writeInt(features);
    out.writeInt(written.length);
    out.write(written.bytes, 0, written.length);
    out.writeInt(checksum(written.bytes, written.length));
  }

  /** A ByteArrayOutputStream without a lock: a state is some hundred numbers, written often. */
  private static final class Bytes extends OutputStream {
    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;

    @Override
    public void write(int value) {
      room(1);
      bytes[length++] = (byte) value;
    }

    @Override
    public void write(byte[] from, int offset, int count) {
      room(count);
      System.arraycopy(from, offset, bytes, length, count);
      length += count;
    }

    private void room(int count) {
      if (bytes.length - length < count) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
      }
    }
  }

  /**
   * Opens a state whose format has been read.
   *
   * @param mostBytes of the body, for so many features
   * @param limit no number of the state is further from 0: its products with others stay finite
   */
  static StateReader open(DataInput in, int mostFeatures, IntUnaryOperator mostBytes, double limit)
      throws IOException {
    int features = within("features", in.readInt(), 1, mostFeatures);
    int length = within("length", in.readInt(), 1, mostBytes.applyAsInt(features));
    byte[] body = body(in, length);
    int checksum = in.readInt();
    int sum = checksum(body, length);
    if (checksum != sum) {
      throw new IOException("checksum must be " + checksum + ", was " + sum);
    }
    return new StateReader(features, body, limit);
  }

  /** Room is made as the bytes come: a length that is not true costs none. */
  private static byte[] body(DataInput in, int length) throws IOException {
    byte[] body = {};
    while (body.length < length) {
      int from = body.length;
      body = Arrays.copyOf(body, Math.min(length, Math.max(MOST_AT_ONCE, 2 * from)));
      in.readFully(body, from, body.length - from);
    }
    return body;
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes, 0, length);
    return (int) checksum.getValue();
  }

  int features() {
    return features;
  }

  /** Refuses what is left of the body. */
  void end() throws IOException {
    if (body.hasRemaining()) {
      throw new IOException("length must fit the features, was " + body.remaining() + " more");
    }
  }

  /** The body, if so many bytes of it are left. */
  private ByteBuffer next(int bytes) throws IOException {
    if (body.remaining() < bytes) {
      throw new EOFException("length must fit the features, was %d less".formatted(bytes));
    }
    return body;
  }

  int integer(String name, int max) throws IOException {
    return within(name, next(Integer.BYTES).getInt(), 0, max);
  }

  int octet(String name, int max) throws IOException {
    return within(name, Byte.toUnsignedInt(next(Byte.BYTES).get()), 0, max);
  }

  int unsignedShort(String name, int max) throws IOException {
    return within(name, Short.toUnsignedInt(next(Short.BYTES).getShort()), 0, max);
  }

  private static int within(String name, int value, int min, int max) throws IOException {
    if (value < min || value > max) {
      throw new IOException("%s must be %d to %d, was %d".formatted(name, min, max, value));
    }
    return value;
  }

  /** A number of readings. */
  long count(String name) throws IOException {
    long value = next(Long.BYTES).getLong();
    if (value < 0 || value > Long.MAX_VALUE / 2) {
      throw new IOException(name + " must be 0 to 2^62, was " + value);
    }
    return value;
  }

  /** A time, which may be any. */
  long time() throws IOException {
    return next(Long.BYTES).getLong();
  }

  double finite(String name) throws IOException {
    return finite(name, next(Double.BYTES).getDouble());
  }

  float finiteFloat(String name) throws IOException {
    return (float) finite(name, next(Float.BYTES).getFloat());
  }

  private double finite(String name, double value) throws IOException {
    if (!(Math.abs(value) <= limit)) {
      throw new IOException(name + " must be within " + limit + " of 0, was " + value);
    }
    return value;
  }

  double notNegative(String name) throws IOException {
    double value = finite(name);
    if (value < 0) {
      throw new IOException(name + " must not be negative, was " + value);
    }
    return value;
  }

  /** A finite number, or NaN for "none yet". */
  double finiteOrNone(String name) throws IOException {
    double value = next(Double.BYTES).getDouble();
    return Double.isNaN(value) ? value : finite(name, value);
  }

  /** The same of 32 bits. */
  float finiteFloatOrNone(String name) throws IOException {
    float value = next(Float.BYTES).getFloat();
    return Float.isNaN(value) ? value : (float) finite(name, value);
  }

  void finite(String name, double[] into) throws IOException {
    for (int i = 0; i < into.length; i++) {
      into[i] = finite(name);
    }
  }

  static void write(DataOutput out, double[] values) throws IOException {
    for (double value : values) {
      out.writeDouble(value);
    }
  }
}
