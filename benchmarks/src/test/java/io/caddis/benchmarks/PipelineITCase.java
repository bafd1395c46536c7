// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The command itself fails when a reading is lost or was not scored by the model. */
class PipelineITCase {
  @Test
  void everyReadingIsScoredByTheModelAtBothParallelisms() {
    StringWriter printed = new StringWriter();
    StringWriter errors = new StringWriter();
    int exit =
        new CommandLine(new Pipeline())
            .setOut(new PrintWriter(printed))
            .setErr(new PrintWriter(errors))
            .execute("--rows=20000", "--sensors=100", "--turns=1");
    assertThat(exit).as(errors::toString).isZero();
    assertThat(printed.toString())
        .contains("parallelism 1", "parallelism 2", "zscore / identity", "forest / ideal");
  }
}
