// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Sizes of objects by Java serialization, the only way to write most of the peers' models. */
final class Serialized {
  private Serialized() {}

  static long bytes(Object model) {
    DataOutputStream counting = new DataOutputStream(OutputStream.nullOutputStream());
    try (ObjectOutputStream out = new ObjectOutputStream(counting)) {
      out.writeObject(model);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot serialize " + model.getClass().getName(), e);
    }
    return counting.size();
  }
}
