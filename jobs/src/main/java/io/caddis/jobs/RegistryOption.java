// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.jobs.registry.Registries;
import io.caddis.jobs.spec.Location;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where models are kept. */
final class RegistryOption {
  @Option(
      names = "--registry",
      required = true,
      paramLabel = "DIR",
      description = "Where models are kept: a directory, or a URI such as s3://bucket/models.")
  private String directory = "";

  String directory() {
    return directory;
  }

  /**
   * The registry, which must be there when it is a directory of this machine: a mistyped one has no
   * models to speak of. Where objects are stored there are no directories to look for.
   *
   * @throws IllegalArgumentException when it is not there
   */
  ModelRegistry existing() throws IOException {
    Path local = Location.local(directory);
    if (local != null && !Files.isDirectory(local)) {
      throw new IllegalArgumentException(
          "--registry must be an existing directory, was " + directory);
    }
    return open();
  }

  /** The registry; one that is not there yet comes with its first model. */
  ModelRegistry open() throws IOException {
    return Registries.open(directory);
  }
}
