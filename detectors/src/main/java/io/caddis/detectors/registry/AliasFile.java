// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.registry;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The file in which a registry keeps the aliases of one model. */
record AliasFile(RegistryFiles files, String path) {
  static final int MAX_BYTES = 4 << 20;
  private static final int MOST_ATTEMPTS = 100;

  /** What becomes of the aliases, from what they are. */
  interface Change {
    Aliases of(Aliases now) throws IOException;
  }

  static AliasFile of(RegistryFiles files, String name) {
    return new AliasFile(files, name + "/aliases.json");
  }

  Aliases read() throws IOException {
    return aliases(files.current(path, MAX_BYTES));
  }

  /**
   * Changes the aliases as they are at that moment: where nothing can be locked somebody else may
   * have changed them since they were read, then the change goes on top of that one.
   */
  Aliases change(Change change) throws IOException {
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      byte[] before = files.current(path, MAX_BYTES);
      Aliases changed = change.of(aliases(before));
      if (files.replace(path, before, RegistryJson.write(changed))) {
        return changed;
      }
    }
    throw new IOException(
        "%s must be changed by one at a time, others were faster %d times"
            .formatted(path, MOST_ATTEMPTS));
  }

  private Aliases aliases(byte @Nullable [] json) {
    return json == null ? Aliases.NONE : RegistryJson.read(json, Aliases.class, path);
  }
}
