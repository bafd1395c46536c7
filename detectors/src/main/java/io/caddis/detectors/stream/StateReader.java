// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
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
  private static final int FIRST_BYTES = 1 << 13;

  /** Writes the body of a state. */
  interface Body {
    void write(DataOutput out) throws IOException;
  }

  private final int features;
  private final double limit;
  private final ByteArrayInputStream body;
  private final DataInput in;

  private StateReader(int features, byte[] body, double limit) {
    this.features = features;
    this.limit = limit;
    this.body = new ByteArrayInputStream(body);
    in = new DataInputStream(this.body);
  }

  static void write(DataOutput out, int format, int features, Body body) throws IOException {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    body.write(new DataOutputStream(written));
    byte[] bytes = written.toByteArray();
    out.writeByte(format);
    out.writeInt(features);
    out.writeInt(bytes.length);
    out.write(bytes);
    out.writeInt(checksum(bytes));
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
    if (checksum != checksum(body)) {
      throw new IOException("checksum must be " + checksum + ", was " + checksum(body));
    }
    return new StateReader(features, body, limit);
  }

  /** Room is made as the bytes come: a length that is not true costs none. */
  private static byte[] body(DataInput in, int length) throws IOException {
    byte[] body = {};
    while (body.length < length) {
      int from = body.length;
      body = Arrays.copyOf(body, Math.min(length, Math.max(FIRST_BYTES, 2 * from)));
      in.readFully(body, from, body.length - from);
    }
    return body;
  }

  private static int checksum(byte[] bytes) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }

  int features() {
    return features;
  }

  /** Refuses what is left of the body. */
  void end() throws IOException {
    if (body.available() > 0) {
      throw new IOException("length must fit the features, was " + body.available() + " more");
    }
  }

  int integer(String name, int max) throws IOException {
    return within(name, in.readInt(), 0, max);
  }

  int octet(String name, int max) throws IOException {
    return within(name, in.readUnsignedByte(), 0, max);
  }

  int unsignedShort(String name, int max) throws IOException {
    return within(name, in.readUnsignedShort(), 0, max);
  }

  private static int within(String name, int value, int min, int max) throws IOException {
    if (value < min || value > max) {
      throw new IOException("%s must be %d to %d, was %d".formatted(name, min, max, value));
    }
    return value;
  }

  /** A number of readings. */
  long count(String name) throws IOException {
    long value = in.readLong();
    if (value < 0 || value > Long.MAX_VALUE / 2) {
      throw new IOException(name + " must be 0 to 2^62, was " + value);
    }
    return value;
  }

  /** A time, which may be any. */
  long time() throws IOException {
    return in.readLong();
  }

  double finite(String name) throws IOException {
    return finite(name, in.readDouble());
  }

  float finiteFloat(String name) throws IOException {
    return (float) finite(name, in.readFloat());
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
    double value = in.readDouble();
    return Double.isNaN(value) ? value : finite(name, value);
  }

  /** The same of 32 bits. */
  float finiteFloatOrNone(String name) throws IOException {
    float value = in.readFloat();
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
