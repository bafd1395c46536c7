// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class StreamAccuracyTest {
  @Test
  void everyLineIsScoredOnceAndInEventTimeOrder(@TempDir Path folder) throws Exception {
    Files.createDirectories(folder.resolve("data"));
    Files.writeString(
        folder.resolve("data/a.csv"),
        """
        timestamp,key,value,load
        2020-01-01T00:01:00Z,pump,1,
        2020-01-01T00:00:00Z,pump,2,x
        2020-01-01T00:00:00Z,fan,3,4
        """);
    int exit =
        new CommandLine(new StreamAccuracy())
            .execute(
                "--detector=univariate", "--set=" + folder, "--output=" + folder.resolve("out"));
    assertThat(exit).isZero();
    List<String> lines = Files.readAllLines(folder.resolve("out/scores.csv"));
    assertThat(lines)
        .containsExactly(
            "timestamp,key,score,is_anomaly",
            "2020-01-01T00:00:00Z,pump,0.0,0",
            "2020-01-01T00:01:00Z,pump,0.0,0",
            "2020-01-01T00:00:00Z,fan,0.0,0");
  }
}
