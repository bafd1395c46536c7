// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.jobs.Caddis;
import io.caddis.jobs.DetectionJob;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** The command line as a user types it, in this process. */
final class CaddisCli {
  private CaddisCli() {}

  /** Runs a command, which must succeed. */
  static void run(String... args) {
    StringWriter said = new StringWriter();
    CommandLine caddis =
        Caddis.commandLine(new DetectionJob())
            .setOut(new PrintWriter(said))
            .setErr(new PrintWriter(said));
    assertThat(caddis.execute(args)).as("%s", said).isZero();
  }
}
