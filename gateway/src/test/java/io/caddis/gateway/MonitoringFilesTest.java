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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What conf/ has for Prometheus and Grafana. */
class MonitoringFilesTest {
  private static final Path CONF = Path.of("../conf").toAbsolutePath().normalize();
  private static final Path RULES = CONF.resolve("prometheus/caddis.rules.yml");
  private static final Path DASHBOARD = CONF.resolve("grafana/dashboards/caddis.json");
  private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
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
    Path out = directory.resolve("out");
    try (TestGateway gateway =
        new TestGateway(
            TestGateway.options(directory.resolve("models")), TestGateway.alerts(out, null))) {
      // Counted are the requests before this one.
      gateway.get("/api/feed");
      String metrics = gateway.get("/metrics").body();

      Set<String> asked = found(OURS, Files.readString(RULES));
      panels().forEach(expression -> asked.addAll(found(OURS, expression)));
      assertThat(asked)
          .hasSizeGreaterThan(3)
          .allSatisfy(name -> assertThat(metrics).contains(name));
      // Nothing has drifted yet: a rule sees the first drift as a change from this.
      assertThat(metrics).contains("caddis_gateway_results{kind=\"quality:drift\"} 0");
    }
  }

  @Test
  void everyRecordedFigureThatIsAskedForIsRecorded() throws IOException {
    String rules = Files.readString(RULES);
    Set<String> asked = found(RECORDED, rules);
    panels().forEach(expression -> asked.addAll(found(RECORDED, expression)));

    assertThat(asked).hasSize(4).allSatisfy(name -> assertThat(rules).contains("record: " + name));
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
      rules.append("  - record: panel:%d\n    expr: |\n      %s\n".formatted(panel++, expression));
    }
    Path file = Files.writeString(directory.resolve("panels.yml"), rules);
    promtool("check", "rules", file.toString());
  }

  /** Prometheus itself says whether it is right. */
  private static void promtool(String... arguments) throws IOException, InterruptedException {
    assumeTrue(
        Files.isExecutable(PROMTOOL), "promtool is not installed: apt-get install prometheus");
    List<String> command = new ArrayList<>(List.of(PROMTOOL.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }
}
