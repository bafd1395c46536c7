// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlinkConfigFileTest {
  @TempDir private Path folder;

  @Test
  void nestedAndDottedKeysReadTheSame() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("config.yaml"), "rest:\n  port: 8081\nrest.address: localhost\n");

    assertThat(FlinkConfigFile.read(file))
        .isEqualTo(Map.of("rest.port", "8081", "rest.address", "localhost"));
  }

  @Test
  void whatWasWrittenReadsTheSame() throws IOException {
    Map<String, String> options =
        Map.of(
            "a.number", "007", "a.flag", "false", "a.text", "x: \"y\" # z\nnext", "a.time", "5 ms");
    Path file = folder.resolve("config.yaml");

    FlinkConfigFile.write(options, file);

    assertThat(FlinkConfigFile.read(file)).isEqualTo(options);
  }

  @Test
  void emptyFileHasNoOptions() throws IOException {
    assertThat(
            FlinkConfigFile.read(Files.writeString(folder.resolve("config.yaml"), "# nothing\n")))
        .isEmpty();
  }

  @Test
  void brokenFileIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("config.yaml"), "a: [1,\n");

    assertThatThrownBy(() -> FlinkConfigFile.read(file))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("not valid YAML");
  }
}
