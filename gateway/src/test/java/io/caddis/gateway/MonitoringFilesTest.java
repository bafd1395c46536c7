// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What conf/ has for Prometheus and Grafana. */
class MonitoringFilesTest {
  private static final Path CONF = Path.of("../conf").toAbsolutePath().normalize();
  private static final Path RULES = CONF.resolve("prometheus/caddis.rules.yml");
  private static final Path DASHBOARD = CONF.resolve("grafana/dashboards/caddis.json");
  private static final Pattern OURS = Pattern.compile("caddis_gateway_[a-z_]+");
  private static final Pattern RECORDED = Pattern.compile("caddis:[a-z0-9_:]+");

  @TempDir Path directory;

  private static Set<String> found(Pattern pattern, String text) {
    Set<String> found = new TreeSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group());
    }
    return found;
  }

  private static List<String> panels() throws IOException {
    List<String> expressions = new ArrayList<>();
    JsonNode dashboard = JsonMapper.shared().readTree(Files.readString(DASHBOARD));
    for (JsonNode panel : dashboard.path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        expressions.add(target.path("expr").asString());
      }
    }
    return expressions;
  }

  @Test
  void everyFigureOfTheGatewayThatIsAskedForIsThere() throws IOException {
    Path out = Files.createDirectories(directory.resolve("out"));
    try (TestGateway gateway =
        new TestGateway(
            TestGateway.options(directory.resolve("models")), TestGateway.alerts(out, null))) {
      gateway.get("/status");
      String metrics = gateway.get("/metrics").body();

      Set<String> asked = found(OURS, Files.readString(RULES));
      panels().forEach(expression -> asked.addAll(found(OURS, expression)));
      assertThat(asked)
          .hasSizeGreaterThan(3)
          .allSatisfy(name -> assertThat(metrics).contains(name));
    }
  }

  @Test
  void everyRecordedFigureThatIsAskedForIsRecorded() throws IOException {
    String rules = Files.readString(RULES);
    Set<String> asked = found(RECORDED, rules);
    panels().forEach(expression -> asked.addAll(found(RECORDED, expression)));

    assertThat(asked).hasSize(4).allSatisfy(name -> assertThat(rules).contains("record: " + name));
  }

  /** Prometheus itself says so. */
  @Nested
  class ByPromtool {
    @BeforeAll
    static void isThere() {
      assumeTrue(
          Files.isExecutable(Path.of("/usr/bin/promtool")),
          "promtool is not installed: apt-get install prometheus");
    }

    @Test
    void theConfigurationIsValid() throws Exception {
      promtool("check", "config", CONF.resolve("prometheus/prometheus.yml").toString());
    }

    @Test
    void theRulesFireWhenTheyShould() throws Exception {
      promtool("test", "rules", CONF.resolve("prometheus/caddis.rules.test.yml").toString());
    }

    @Test
    void theExpressionsOfTheDashboardAreValid() throws Exception {
      StringBuilder rules = new StringBuilder("groups:\n- name: panels\n  rules:\n");
      int panel = 0;
      for (String expression : panels()) {
        rules.append(
            "  - record: panel:%d\n    expr: |\n      %s\n".formatted(panel++, expression));
      }
      Path file = Files.writeString(directory.resolve("panels.yml"), rules);
      promtool("check", "rules", file.toString());
    }

    private void promtool(String... arguments) throws IOException, InterruptedException {
      List<String> command = new ArrayList<>(List.of("/usr/bin/promtool"));
      command.addAll(List.of(arguments));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes());
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(said).isZero();
    }
  }
}
