// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which run of {@code detect} is looked at. */
final class RunOption {
  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where the results of the run are.")
  private Path output = Path.of("");

  Path output() {
    return output;
  }
}
