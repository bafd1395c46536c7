// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The command itself fails when a row is lost or was not scored. */
class FileScoringTest {
  @Test
  void everyRowIsScoredAndEveryRatioPrinted() {
    StringWriter printed = new StringWriter();
    StringWriter errors = new StringWriter();
    int exit =
        new CommandLine(new FileScoring())
            .setOut(new PrintWriter(printed))
            .setErr(new PrintWriter(errors))
            .execute("--rows=20000", "--features=3", "--turns=1");
    assertThat(exit).as(errors::toString).isZero();
    assertThat(printed.toString())
        .contains("features 3", "zscore / unscored", "forest / unscored", "forest / copy");
  }
}
