// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.jobs.registry.Registries;
import java.io.IOException;
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

  ModelRegistry open() throws IOException {
    return Registries.open(directory);
  }
}
