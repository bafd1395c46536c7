// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.registry.LocalRegistryFiles;
import io.caddis.detectors.registry.ModelRegistry;
import java.nio.file.Path;
import java.time.Clock;
import picocli.CommandLine.Option;

/** Where models are kept. */
final class RegistryOption {
  @Option(
      names = "--registry",
      required = true,
      paramLabel = "DIR",
      description = "Where models are kept.")
  @SuppressWarnings("NullAway.Init")
  private Path directory;

  Path directory() {
    return directory;
  }

  ModelRegistry open() {
    return open(directory);
  }

  static ModelRegistry open(Path directory) {
    return new ModelRegistry(new LocalRegistryFiles(directory), Clock.systemUTC());
  }
}
