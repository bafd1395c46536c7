// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Bytes from a checkpoint, read with a name and a range for each number, so that damaged ones are
 * refused instead of believed.
 */
final class StateReader {
  /** No number of a state is further from 0: its products with others stay finite. */
  private static final double LIMIT = 1e70;

  private final DataInput in;

  StateReader(DataInput in) {
    this.in = in;
  }

  int integer(String name, int min, int max) throws IOException {
    int value = in.readInt();
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

  boolean flag(String name) throws IOException {
    int value = in.readUnsignedByte();
    if (value > 1) {
      throw new IOException(name + " must be 0 or 1, was " + value);
    }
    return value == 1;
  }

  double finite(String name) throws IOException {
    double value = in.readDouble();
    if (!(Math.abs(value) <= LIMIT)) {
      throw new IOException(name + " must be within " + LIMIT + " of 0, was " + value);
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
    if (Math.abs(value) > LIMIT) {
      throw new IOException(name + " must be within " + LIMIT + " of 0 or NaN, was " + value);
    }
    return value;
  }

  /** A finite number, or NaN for "missing". */
  float floatOrNone(String name) throws IOException {
    float value = in.readFloat();
    if (Float.isInfinite(value)) {
      throw new IOException(name + " must be finite or NaN, was " + value);
    }
    return value;
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
