// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What Grafana would stumble over, as far as files tell: no Grafana loads them in a test. */
class GrafanaFilesTest {
  private static final Path PROVISIONING = Path.of("../conf/grafana/provisioning");
  private static final int COLUMNS = 24;

  /** YAML; JSON is a part of it. */
  private static JsonNode read(Path file) throws IOException {
    return new YAMLMapper().readTree(Files.readString(file));
  }

  private static JsonNode dashboard() throws IOException {
    JsonNode provider =
        read(PROVISIONING.resolve("dashboards/caddis.yaml")).path("providers").path(0);
    assertThat(provider.path("type").asString()).isEqualTo("file");
    String path = provider.at("/options/path").asString().replace("$CADDIS_HOME", "..");
    try (Stream<Path> files = Files.list(Path.of(path))) {
      Path file = files.filter(one -> one.toString().endsWith(".json")).findFirst().orElseThrow();
      return read(file);
    }
  }

  @Test
  void everyPanelAsksTheDataSourceThatIsProvisioned() throws IOException {
    JsonNode source =
        read(PROVISIONING.resolve("datasources/caddis.yaml")).path("datasources").path(0);
    String prometheus = Files.readString(Path.of("../conf/prometheus/prometheus.yml"));
    assertThat(source.path("access").asString()).isEqualTo("proxy");
    assertThat(prometheus)
        .as("the address in its first lines is where Grafana looks")
        .contains(source.path("url").asString().replace("http://localhost:", "127.0.0.1:"));

    assertThat(dashboard().path("panels"))
        .hasSizeGreaterThan(10)
        .allSatisfy(
            panel -> {
              assertThat(panel.at("/datasource/uid").asString())
                  .isEqualTo(source.path("uid").asString());
              assertThat(panel.at("/datasource/type").asString())
                  .isEqualTo(source.path("type").asString());
            });
  }

  @Test
  void panelsAreCompleteAndDoNotOverlap() throws IOException {
    JsonNode dashboard = dashboard();
    assertThat(dashboard.path("uid").asString()).isNotBlank();
    assertThat(dashboard.path("schemaVersion").asInt()).isPositive();
    Set<String> names = new HashSet<>();
    Set<String> cells = new HashSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      assertThat(panel.path("type").asString()).isEqualTo("timeseries");
      assertThat(names.add("id " + panel.path("id").asInt())).as("%s", panel).isTrue();
      assertThat(names.add(panel.path("title").asString())).as("%s", panel).isTrue();
      assertThat(panel.at("/fieldConfig/defaults/unit").asString()).isNotBlank();
      Set<String> references = new HashSet<>();
      assertThat(panel.path("targets"))
          .isNotEmpty()
          .allSatisfy(
              target -> {
                assertThat(target.path("expr").asString()).isNotBlank();
                assertThat(references.add(target.path("refId").asString())).isTrue();
              });
      JsonNode at = panel.path("gridPos");
      assertThat(at.path("x").asInt() + at.path("w").asInt()).isBetween(1, COLUMNS);
      for (int x = 0; x < at.path("w").asInt(); x++) {
        for (int y = 0; y < at.path("h").asInt(); y++) {
          String cell = (at.path("x").asInt() + x) + " " + (at.path("y").asInt() + y);
          assertThat(cells.add(cell)).as("%s overlaps at %s", panel, cell).isTrue();
        }
      }
    }
  }
}
