// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.registry.LocalRegistryFiles;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.gateway.feed.JobOutput;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Markup in whatever data, models, people and addresses may hold is shown as text, on each page.
 * Each field holds a mark of its own, so that a page that shows none of them is noticed.
 */
class DashboardMarkupTest extends InBrowser {
  private static final Instant END = Instant.parse("2026-02-01T11:59:59Z");
  private static final String EVENT = "00000000000000ee-1";
  private static final String MODEL = "marked";

  @BeforeAll
  static void say() throws IOException {
    JobOutput job = new JobOutput(directory.resolve("out"));
    int before = gateway.lines();
    job.commit(
        "alerts", "marked.jsonl", List.of(alert("x1", "sensor"), alert("x2", "other sensor")));
    job.commit("scores", "marked.jsonl", List.of(score("version")));
    job.commit("challenger", "marked.jsonl", List.of(score("challenger")));
    job.commit(
        "readings",
        "marked.jsonl",
        List.of(
            json(
                "timestamp", END,
                "key", marked("sensor"),
                "group", marked("group"),
                "event_id", EVENT,
                "features", Map.of(marked("feature"), 1.5, marked("mode"), marked("value")))));
    job.commit(
        "quality",
        "marked.jsonl",
        List.of(issue("q1", marked("kind"), "text"), issue("q2", "drift", "drift text")));
    job.commit(
        "dead-letters",
        "marked.jsonl",
        List.of(
            json(
                "reason", marked("reason"),
                "detail", marked("detail"),
                "source", marked("source"),
                "offset", 1,
                "field", marked("field"),
                "scored", false,
                "raw", marked("raw"))));
    job.commit(
        "models",
        "marked.jsonl",
        List.of(
            json(
                "model_version", marked("trained version"),
                "group", marked("trained group"),
                "detector", marked("trained detector"),
                "train_from", END,
                "train_to", END,
                "train_rows", 3,
                "threshold_origin", marked("trained origin"),
                "drift", List.of(marked("moved")))));
    publish();
    // What challengers say is read when it is asked for.
    gateway.awaitLines(before + 8);
    String note = json("note", marked("note"));
    assertThat(gateway.post("/api/alerts/x1/acknowledge", note).status()).isEqualTo(200);
    String silence = json("sensor", marked("silenced"), "minutes", 60, "note", marked("comment"));
    assertThat(gateway.post("/api/silences", silence).status()).isEqualTo(200);
  }

  /** What runs when it is taken for markup, and says so. */
  private static String marked(String field) {
    return "</td><img src=x onerror=hit()><svg onload=hit()>\"'&amp;<b>" + field + "</b>";
  }

  private static String json(Object... fields) {
    Map<String, Object> object = new TreeMap<>();
    for (int i = 0; i < fields.length; i += 2) {
      Object value = fields[i + 1];
      object.put((String) fields[i], value instanceof Instant ? value.toString() : value);
    }
    return JsonMapper.shared().writeValueAsString(object);
  }

  private static String alert(String id, String sensor) {
    return json(
        "alert_id",
        id,
        "sequence",
        0,
        "state",
        "opened",
        "timestamp",
        END,
        "key",
        marked(sensor),
        "group",
        marked("group"),
        "severity",
        "critical",
        "start",
        END.minusSeconds(9),
        "end",
        END,
        "peak_score",
        0.99,
        "peak_timestamp",
        END,
        "anomalies",
        3,
        "threshold",
        0.5,
        "peak_event_id",
        EVENT,
        "contributions",
        Map.of(marked("feature"), 0.6, marked("second"), 0.3),
        "expected",
        Map.of(marked("feature"), 0.5),
        "lineage",
        Map.of(
            "model_version", marked("version"),
            "detector", marked("detector"),
            "train_from", marked("from"),
            "threshold_origin", marked("origin"),
            "model_sha256", marked("checksum"),
            "config_version", marked("configuration")));
  }

  private static String score(String version) {
    return json(
        "timestamp",
        END,
        "key",
        marked("sensor"),
        "score",
        0.99,
        "is_anomaly",
        true,
        "raw_score",
        9,
        "threshold",
        0.5,
        "model_version",
        marked(version),
        "severity",
        "critical",
        "event_id",
        EVENT,
        "features_imputed",
        List.of(marked("imputed")),
        "contributions",
        Map.of(marked("feature"), 0.6),
        "expected",
        Map.of(marked("feature"), 0.5));
  }

  private static String issue(String id, String kind, String text) {
    return json(
        "issue_id", id,
        "kind", kind,
        "key", marked("sensor"),
        "feature", marked("column"),
        "from", END,
        "to", END,
        "text", marked(text));
  }

  /** A model whose data were as bad. */
  private static void publish() throws IOException {
    FeatureSchema schema =
        new FeatureSchema(
            List.of(
                new Feature(marked("input"), Encoding.NUMERIC),
                new Feature(marked("second input"), Encoding.NUMERIC)));
    List<Row> rows =
        IntStream.range(0, 40)
            .mapToObj(i -> new Row(new double[] {i % 7, i % 5}, new String[0]))
            .toList();
    new ModelRegistry(new LocalRegistryFiles(directory.resolve("models")), Clock.systemUTC())
        .publish(
            MODEL,
            new ModelTrainer(
                    schema,
                    Detectors.byName("zscore", Map.of()),
                    Scaling.ROBUST,
                    new ThresholdRule(ThresholdRule.Method.PERCENTILE, 95))
                .fit(rows, 1),
            new ModelMetadata.Training(
                marked("data"),
                Map.of(marked("parameter"), marked("setting")),
                null,
                null,
                List.of(),
                END,
                END,
                rows.size(),
                Map.of(marked("metric"), 0.5),
                marked("model group"),
                marked("model configuration"),
                null));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @BeforeEach
  void watch() {
    page.beforeScripts("window.hits = 0; window.hit = () => { window.hits++; };");
  }

  private void shown(String hash, String... fields) {
    open(hash);
    settled();
    for (String field : fields) {
      page.await(
          "document.querySelector('main').textContent.includes("
              + JsonMapper.shared().writeValueAsString(marked(field))
              + ")");
    }
    harmless();
  }

  private void harmless() {
    assertThat(
            number(
                "document.querySelectorAll('main img, main svg, main b, main script, main iframe,"
                    + " [onerror], [onload], [href^=\"javascript\"]').length"))
        .isZero();
    assertThat(number("window.hits")).isZero();
    assertThat(page.problems()).isEmpty();
  }

  @Test
  void onTheOverview() {
    shown("#/overview", "sensor");
    page.await("document.querySelector('.live.on')");
    harmless();
  }

  @Test
  void onTheLanes() {
    shown("#/lanes?seconds=900", "sensor");
  }

  @Test
  void onTheSensorsPage() {
    String hash = "#/sensor/" + encoded(marked("sensor")) + "?seconds=900&event=" + EVENT;
    shown(hash, "sensor", "feature", "version", "imputed", "kind", "column", "text");
  }

  @Test
  void onTheAlertsPage() {
    shown("#/alerts", "sensor", "other sensor", "group", "feature", "second", "silenced");
  }

  @Test
  void onTheAlertsOwnPage() {
    shown("#/alert/x1", "sensor", "group", "feature", "second", "note", "version", "detector");
    shown("#/alert/x1", "from", "origin", "checksum", "configuration");
  }

  @Test
  void onTheModelsPage() {
    shown("#/models", "trained group", "trained detector", "trained origin", "moved", "drift text");
    shown("#/models", "challenger", "version");
  }

  @Test
  void onTheModelsOwnPage() {
    shown("#/models/" + MODEL, "input", "second input", "data", "model group");
    shown("#/models/" + MODEL, "model configuration");
    page.awaitText("The line is the threshold");
    harmless();
  }

  @Test
  void onTheQualityPage() {
    shown("#/quality", "detail", "source", "field", "raw", "imputed", "kind", "column", "text");
  }

  @Test
  void onTheTryPage() {
    shown("#/try/" + MODEL, "input", "second input");
    page.clickText("Score it");
    page.awaitText("Raw score");
    harmless();
  }

  /** Links to the dashboard may come from anybody. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "#/%s",
        "#/constructor",
        "#/sensor/%s",
        "#/alert/%s",
        "#/models/%s",
        "#/try/%s",
        "#/alerts?sensor=%s&severity=%s&sort=%s",
        "#/lanes?sensor=%s&seconds=%s",
        "#/sensor/x?seconds=%s&to=%s&event=%s",
        "#/models/marked?version=%s",
        "#/quality?reason=%s"
      })
  void inAnAddress(String hash) {
    for (String text : List.of(marked("address"), "javascript:hit()")) {
      open(hash.replace("%s", encoded(text)));
      page.await("document.querySelector('main h1, main .problem')");
      page.await("!document.body.innerText.includes('Loading …')");
      assertThat(number("document.querySelectorAll('main img, main svg, main b').length")).isZero();
      assertThat(number("window.hits")).isZero();
    }
  }
}
