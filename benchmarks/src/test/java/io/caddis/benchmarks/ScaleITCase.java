// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ScaleITCase {
  @TempDir Path directory;

  private String run(String... more) {
    StringWriter printed = new StringWriter();
    StringWriter errors = new StringWriter();
    CommandLine command =
        new CommandLine(new Scale())
            .setOut(new PrintWriter(printed))
            .setErr(new PrintWriter(errors));
    List<String> all =
        new ArrayList<>(
            List.of(
                "--conf=../conf",
                "--directory=" + directory,
                "--sensors=100",
                "--rate=500",
                "--settle=0"));
    all.addAll(List.of(more));
    assertThat(command.execute(all.toArray(String[]::new))).as(errors::toString).isZero();
    return printed.toString();
  }

  /** Counts come with heartbeats, which a busy machine may hold up for a second or two. */
  @Test
  void aJobThatBeginsWithGrownStatesIsMeasured() {
    assertThat(run("--backend=rocksdb", "--hot=0.5", "--seconds=5"))
        .startsWith("{\"sensors\":100,\"asked_per_second\":500,")
        .contains("\"p99_ms\":", "\"state_bytes_per_sensor\":")
        .doesNotContain("\"hot_readings\":0,");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aCounterIsMeasuredInItsPlace() {
    assertThat(run("--seconds=2", "--backend=hashmap", "--counter=24,16:2", "--parallelism=1"))
        .contains("\"cpu_us_per_reading\":", "\"hot_readings\":0,");
  }
}
