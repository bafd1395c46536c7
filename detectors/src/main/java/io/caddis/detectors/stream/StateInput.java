// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.DataInput;
import java.io.IOException;

/** Reads numbers of a detector's state and refuses those that it can never have held. */
record StateInput(DataInput in) {
  /** No number of a state is further from 0: differences and products with weights stay finite. */
  private static final double LIMIT = 1e32;

  double number(String name) throws IOException {
    return within(name, in.readDouble());
  }

  float single(String name) throws IOException {
    return (float) within(name, in.readFloat());
  }

  int integer(String name, int max) throws IOException {
    return within(name, in.readInt(), max);
  }

  int octet(String name, int max) throws IOException {
    return within(name, in.readUnsignedByte(), max);
  }

  private static double within(String name, double value) throws IOException {
    if (!(Math.abs(value) <= LIMIT)) {
      throw new IOException(name + " must be within " + LIMIT + " of 0, was " + value);
    }
    return value;
  }

  private static int within(String name, int value, int max) throws IOException {
    if (value < 0 || value > max) {
      throw new IOException(name + " must be 0 to " + max + ", was " + value);
    }
    return value;
  }
}
