// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.caddis.browser.Chromium;
import io.caddis.browser.Page;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The demo's job on a cluster with a gateway, as Prometheus and Flink's web UI show them. What
 * {@code conf/} has for Prometheus is taken as it is but for ports, which may be in use, and for
 * how often it looks, which would make the test slow. Screenshots are left in target/screenshots.
 */
@SuppressWarnings("NullAway.Init")
class MonitoringSystemTest {
  private static final Path CONF = Path.of("..", "conf").toAbsolutePath().normalize();
  private static final Path RULES = CONF.resolve("prometheus/caddis.rules.yml");
  private static final Path PANELS = CONF.resolve("grafana/dashboards/caddis.json");
  private static final Pattern DOCUMENTED =
      Pattern.compile("\\| `((?:jobmanager|taskmanager)_\\w+)` \\|");
  private static final Path SCREENSHOTS = Path.of("target/screenshots");
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private static final List<AutoCloseable> OPEN = new ArrayList<>();

  @TempDir private static Path folder;

  private static List<Integer> reporters;
  private static StandaloneCluster cluster;
  private static GatewayProcess gateway;
  private static String job;

  @BeforeAll
  static void start() throws IOException {
    reporters = Ports.free(3);
    cluster =
        TestCluster.unhurried(
            folder.resolve("cluster"),
            2,
            Map.of(
                "metrics.reporter.prom.port",
                "%d,%d,%d".formatted(reporters.toArray()),
                "execution.checkpointing.interval",
                "1 s",
                "metrics.fetcher.update-interval",
                "500 ms"));
    OPEN.add(cluster);
    Path output = folder.resolve("output");
    job =
        Submission.detached(
            cluster,
            List.of(),
            List.of(
                ClusterCli.jobJar().toString(),
                "detect",
                "--config",
                CONF.resolve("demo.yaml").toString(),
                "--set",
                "source.start=" + Instant.now().truncatedTo(ChronoUnit.SECONDS),
                "--set",
                "training.size=60",
                "--output",
                output.toString()));
    gateway = new GatewayProcess(folder, "--feed=" + output, "--registry=" + folder.resolve("r"));
    OPEN.add(gateway);
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable one : OPEN) {
      one.close();
    }
  }

  @Test
  void prometheusFindsAllTargetsAndHasDataForEveryRuleAndPanel() throws Exception {
    assumeTrue(
        Files.isExecutable(PrometheusProcess.PROGRAM),
        "Prometheus is not installed: apt-get install prometheus");
    try (PrometheusProcess prometheus =
        new PrometheusProcess(configuration(), folder.resolve("prometheus"))) {
      Map<String, String> without = new TreeMap<>(expressions());
      assertThat(without).hasSizeGreaterThan(30);
      Patience.await(
          PATIENCE,
          () -> {
            without.values().removeIf(expression -> hasData(prometheus.query(expression)));
            return without.isEmpty();
          });
      assertThat(without).as("what has no data").isEmpty();
      for (JsonNode group : prometheus.get("/api/v1/rules").path("groups")) {
        assertThat(group.path("rules"))
            .isNotEmpty()
            .allSatisfy(
                rule -> assertThat(rule.path("health").asString()).as("%s", rule).isEqualTo("ok"));
      }

      // A look each second must be answered within that second. The first, which loads classes, may
      // miss it, and is told of until the next.
      String down = "ALERTS{alertname=\"CaddisDown\"%s}";
      assertThat(
              Patience.await(
                  PATIENCE,
                  () ->
                      prometheus.query("up == 1").size() == 4
                          && prometheus.query(down.formatted("")).isEmpty()))
          .as("all that answer are up: %s", prometheus.get("/api/v1/targets"))
          .isTrue();
      gateway.close();
      String gone = down.formatted(",job=\"gateway\"");
      assertThat(Patience.await(PATIENCE, () -> !prometheus.query(gone).isEmpty()))
          .as("a gateway that is gone is told of")
          .isTrue();
    }
  }

  private static boolean hasData(JsonNode series) {
    for (JsonNode one : series) {
      if (!one.path("value").path(1).asString("").equals("NaN")) {
        return true;
      }
    }
    return false;
  }

  /** The scrape configuration of conf/, with its rules beside it. */
  private static Path configuration() throws IOException {
    String text = Files.readString(CONF.resolve("prometheus/prometheus.yml"));
    Map<String, String> here = new TreeMap<>(Map.of("_interval: 5s", "_interval: 1s"));
    for (int i = 0; i < reporters.size(); i++) {
      here.put("localhost:" + (9250 + i), "localhost:" + reporters.get(i));
    }
    here.put("localhost:11540", "localhost:" + URI.create(gateway.address()).getPort());
    for (Map.Entry<String, String> one : here.entrySet()) {
      assertThat(text).contains(one.getKey());
      text = text.replace(one.getKey(), one.getValue());
    }
    Path home = Files.createDirectories(folder.resolve("conf"));
    Files.copy(RULES, home.resolve(RULES.getFileName()));
    return Files.writeString(home.resolve("prometheus.yml"), text);
  }

  /**
   * By name; rules that record and panels as they are, conditions of alerts as 0 or 1, and Flink's
   * metrics that are documented.
   */
  private static Map<String, String> expressions() throws IOException {
    Map<String, String> expressions = new TreeMap<>();
    for (JsonNode group : new YAMLMapper().readTree(Files.readString(RULES)).path("groups")) {
      for (JsonNode rule : group.path("rules")) {
        String expression = rule.path("expr").asString();
        if (rule.has("alert")) {
          expressions.put("alert " + rule.path("alert").asString(), asFigure(expression));
        } else {
          expressions.put("record " + rule.path("record").asString(), expression);
        }
      }
    }
    for (JsonNode panel : JsonMapper.shared().readTree(Files.readString(PANELS)).path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        expressions.put(
            "panel " + panel.path("title").asString() + " " + target.path("refId").asString(),
            target.path("expr").asString());
      }
    }
    Matcher named = DOCUMENTED.matcher(Files.readString(CONF.resolve("../docs/monitoring.md")));
    while (named.find()) {
      expressions.put("documented " + named.group(1), "flink_" + named.group(1));
    }
    return expressions;
  }

  /**
   * Nothing is wrong here, so that a condition would give nothing: what it looks at must be there.
   * CaddisAnomalySurge compares with a time until ten minutes ago, which this job does not have.
   */
  private static String asFigure(String condition) {
    return condition
        .replaceAll(" (==|>|<) ", " $1 bool ")
        .replaceAll(" unless .*", "")
        .replace(" offset 10m", "");
  }

  @Test
  void theWebInterfaceSaysWhatEachOperatorDoesAndHowFarItIs() throws IOException {
    Optional<Path> program = Chromium.program();
    assumeTrue(program.isPresent(), "Chromium is not installed: apt-get install chromium");
    assertThat(Patience.await(PATIENCE, () -> cluster.rest().checkpoints(job).completed() > 2))
        .isTrue();
    String score = "";
    for (JsonNode vertex : cluster.rest().get("/jobs/" + job).path("vertices")) {
      if (vertex.path("name").asString().startsWith("score")) {
        score = vertex.path("id").asString();
      }
    }
    try (Chromium chromium = Chromium.start(program.get())) {
      Page page = chromium.newPage(1280, 800);
      String running = cluster.webInterface() + "/#/job/running/" + job;
      page.open(running + "/overview");
      page.awaitText("order -> features");
      page.awaitText("Low Watermark: ");
      page.screenshot(SCREENSHOTS.resolve("flink-job.png"));

      page.open(running + "/overview/" + score + "/detail");
      page.awaitText("score: scores by the model in force");
      page.awaitText("triage: anomalies to alerts");
      page.screenshot(SCREENSHOTS.resolve("flink-detail.png"));

      page.open(running + "/overview/" + score + "/watermarks");
      page.awaitText("Datetime of Watermark Timestamp");
      page.screenshot(SCREENSHOTS.resolve("flink-watermarks.png"));

      page.open(running + "/overview/" + score + "/metrics");
      page.await("document.querySelector('nz-select')");
      page.clickAt("nz-select", 40, 8);
      page.type("nz-select input", "anomaly.scored");
      page.await(
          "document.querySelector('nz-option-item')?.innerText === '0.score.anomaly.scored'");
      page.clickAt("nz-option-item", 40, 8);
      page.awaitText("Numeric");
      page.screenshot(SCREENSHOTS.resolve("flink-metrics.png"));

      page.open(running + "/checkpoints");
      page.awaitText("Latest Completed Checkpoint");
      page.screenshot(SCREENSHOTS.resolve("flink-checkpoints.png"));
    }
  }
}
