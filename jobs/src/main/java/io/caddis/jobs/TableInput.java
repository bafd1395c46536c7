// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.parse.SchemaInference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A plain file of this machine, to be read as one table. */
record TableInput(Path path) implements SchemaInference.Input {
  @Override
  public String name() {
    return String.valueOf(path.getFileName());
  }

  /** Its text, or its rows as JSON lines when it is none. */
  @Override
  public InputStream open() throws IOException {
    TableFormat format = TableFormat.of(path);
    return format == null ? Files.newInputStream(path) : format.lines(path);
  }

  /** Refuses what is no plain file. */
  void check() {
    if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      throw new IllegalArgumentException("--input must be a readable file, was " + path);
    }
  }
}
