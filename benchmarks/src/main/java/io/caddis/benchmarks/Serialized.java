// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;

/** Sizes of objects by Java serialization, the only way to write most of the peers' models. */
final class Serialized {
  private Serialized() {}

  static long bytes(Object model) {
    AtomicLong size = new AtomicLong();
    OutputStream counting =
        new OutputStream() {
          @Override
          public void write(int value) {
            size.incrementAndGet();
          }

          @Override
          public void write(byte[] values, int from, int length) {
            size.addAndGet(length);
          }
        };
    try (ObjectOutputStream out = new ObjectOutputStream(counting)) {
      out.writeObject(model);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot serialize " + model.getClass().getName(), e);
    }
    return size.get();
  }
}
