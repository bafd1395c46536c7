// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What must not get lost from {@code conf/} by accident. */
class ShippedConfigurationTest {
  private static final Path CONF = Path.of("..", "conf");

  @Test
  void nothingIsReachableFromOutside() throws IOException {
    assertThat(FlinkConfigFile.read(CONF.resolve("config.yaml")))
        .containsEntry("jobmanager.bind-host", "localhost")
        .containsEntry("taskmanager.bind-host", "localhost")
        .containsEntry("taskmanager.host", "localhost")
        .containsEntry("rest.bind-address", "localhost")
        .containsEntry("web.submit.enable", "false")
        .hasEntrySatisfying(
            "web.access-control-allow-origin", origin -> assertThat(origin).doesNotContain("*"));
  }

  @Test
  void oneFailureNeverEndsAJob() throws IOException {
    assertThat(FlinkConfigFile.read(CONF.resolve("config.yaml")))
        .containsEntry("restart-strategy.type", "exponential-delay")
        .containsEntry("execution.checkpointing.num-retained", "3")
        .containsEntry(
            "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION")
        .containsEntry("execution.checkpointing.tolerable-failed-checkpoints", "10");
  }

  @Test
  void stateStaysEvolvable() throws IOException {
    assertThat(FlinkConfigFile.read(CONF.resolve("config.yaml")))
        .containsAllEntriesOf(
            Map.of(
                "pipeline.generic-types", "false",
                "pipeline.auto-generate-uids", "false",
                "pipeline.max-parallelism", "128"));
  }

  @Test
  void everyOptionSaysWhy() throws IOException {
    List<String> lines = Files.readAllLines(CONF.resolve("config.yaml"));
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.contains(": ") && !line.startsWith("#")) {
        String group = line.split("[.:]")[0];
        String above = lines.get(i - 1);
        // A comment, or an option of the same family that has one.
        assertThat(above.startsWith("#") || above.startsWith(group)).as(line).isTrue();
      }
    }
  }

  @Test
  void logsEscapeLineBreaks() throws IOException {
    for (String name : List.of("log4j2.properties", "log4j2-console.properties")) {
      List<String> patterns =
          Files.readAllLines(CONF.resolve(name)).stream()
              .filter(line -> line.contains("layout.pattern ="))
              .toList();
      assertThat(patterns).as(name).isNotEmpty().allMatch(line -> line.contains("%enc{%m}{CRLF}"));
    }
  }
}
