// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static io.caddis.gateway.feed.JobOutput.START;
import static io.caddis.gateway.feed.JobOutput.alert;
import static io.caddis.gateway.feed.JobOutput.deadLetter;
import static io.caddis.gateway.feed.JobOutput.issue;
import static io.caddis.gateway.feed.JobOutput.model;
import static io.caddis.gateway.feed.JobOutput.score;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.TestGateway.Answer;
import io.caddis.gateway.alerts.AlertOptions;
import io.caddis.gateway.feed.JobOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The routes of alerts, over HTTP, fed from a job's files. */
@Timeout(120)
class AlertRoutesTest {
  @TempDir Path directory;

  private TestGateway gateway;

  @BeforeEach
  void startAndFeed() throws IOException {
    Path out = directory.resolve("out");
    JobOutput job = new JobOutput(out);
    job.commit(
        "alerts",
        "a.jsonl",
        List.of(
            alert("a1", 0, "opened", "pump-1", "medium", START),
            alert("a2", 3, "closed", "pump-2", "critical", START.plusSeconds(60)),
            alert("a3", 0, "opened", "fan-1", "high", START.plusSeconds(86_400))));
    job.commit("scores", "s.jsonl", List.of(score(1, "pump-1", false), score(2, "pump-1", true)));
    job.commit("quality", "q.jsonl", List.of(issue("i1", "drift", "all")));
    job.commit("dead-letters", "d.jsonl", List.of(deadLetter("not_a_number"), "nonsense"));
    job.commit("models", "m.jsonl", List.of(model("v1", 100)));
    gateway =
        new TestGateway(
            TestGateway.options(directory.resolve("models")), TestGateway.alerts(out, null));
    gateway.awaitLines(9);
    assertThat(gateway.lines()).isEqualTo(9);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void alertsAreListedTheWorstFirst() {
    JsonNode page = gateway.get("/api/alerts").json();

    assertThat(ids(page)).containsExactly("a2", "a3", "a1");
    assertThat(page.path("total").asInt()).isEqualTo(3);
    assertThat(page.path("counts").toString())
        .isEqualTo("{\"critical\":1,\"high\":1,\"medium\":1,\"low\":0}");
    assertThat(page.at("/alerts/0/contributions/temperature").asDouble()).isEqualTo(0.5);
    assertThat(page.at("/alerts/0/lineage/detector").asString()).isEqualTo("mewma");
  }

  @Test
  void filtersNarrowTheList() {
    assertThat(ids("?severity=high,critical")).containsExactly("a2", "a3");
    assertThat(ids("?sensor=pump-*")).containsExactly("a2", "a1");
    assertThat(ids("?sensor=pump-1&group=all")).containsExactly("a1");
    assertThat(ids("?state=open&sort=time")).containsExactly("a3", "a1");
    assertThat(ids("?state=closed")).containsExactly("a2");
    assertThat(ids("?from=2026-02-01T00:01:00Z&to=2026-02-02T00:00:00Z")).containsExactly("a2");
    assertThat(ids("?limit=1&offset=1")).containsExactly("a3");
    assertThat(ids("?label=none&acknowledged=false&silenced=false")).hasSize(3);
  }

  @Test
  void wrongFiltersAreNamed() {
    for (String wrong :
        List.of(
            "?severity=dreadful",
            "?from=yesterday",
            "?limit=0",
            "?limit=1001",
            "?offset=-1",
            "?state=maybe",
            "?acknowledged=perhaps",
            "?colour=red")) {
      Answer answer = gateway.get("/api/alerts" + wrong);

      assertThat(answer.status()).as(wrong).isEqualTo(422);
      assertThat(answer.errors()).contains(wrong.replaceFirst("=.*", ""));
    }
  }

  @Test
  void anAlertIsAcknowledgedJudgedAndSilenced() {
    Answer acknowledged = gateway.post("/api/alerts/a1/acknowledge", "{\"note\":\"on my way\"}");
    assertThat(acknowledged.json().at("/acknowledged/note").asString()).isEqualTo("on my way");
    Answer judged = gateway.post("/api/alerts/a1/label", "{\"label\":\"false_alarm\"}");
    assertThat(judged.json().at("/label/label").asString()).isEqualTo("false_alarm");
    Answer silenced = gateway.post("/api/alerts/a1/silence", "{\"minutes\":5}");
    assertThat(silenced.json().has("silenced_until")).isTrue();

    assertThat(ids("?acknowledged=true&silenced=true&label=false_alarm")).containsExactly("a1");
    assertThat(ids("?label=any")).containsExactly("a1");
    JsonNode alert = gateway.get("/api/alerts/a1").json();
    assertThat(alert.path("history"))
        .extracting(mark -> mark.path("action").asString())
        .containsExactly("acknowledge", "false_alarm", "silence");
    assertThat(alert.at("/history/0/by").asString()).isEqualTo("-");

    Answer withdrawn = gateway.post("/api/alerts/a1/acknowledge", "{\"acknowledged\":false}");
    assertThat(withdrawn.json().has("acknowledged")).isFalse();
    assertThat(gateway.post("/api/alerts/a1/acknowledge", "").json().has("acknowledged")).isTrue();
    assertThat(gateway.post("/api/alerts/a1/label", "{\"label\":null}").json().has("label"))
        .isFalse();
  }

  @Test
  void wrongActionsAreRefused() {
    assertThat(gateway.get("/api/alerts/none").status()).isEqualTo(404);
    assertThat(gateway.post("/api/alerts/none/acknowledge", "{}").status()).isEqualTo(404);
    assertThat(gateway.post("/api/alerts/none/label", "{\"label\":null}").status()).isEqualTo(404);
    assertThat(gateway.post("/api/alerts/none/silence", "{}").status()).isEqualTo(404);
    assertThat(gateway.post("/api/alerts/a1/label", "{\"label\":\"maybe\"}").errors())
        .contains("/label");
    assertThat(gateway.post("/api/alerts/a1/label", "{}").errors()).contains("/label");
    assertThat(gateway.post("/api/alerts/a1/acknowledge", "{\"whom\":1}").errors())
        .contains("/whom");
    assertThat(
            gateway.post("/api/alerts/a1/silence", "{\"until\":\"2020-01-01T00:00:00Z\"}").errors())
        .contains("/until");
    assertThat(gateway.delete("/api/silences/12345").status()).isEqualTo(404);
    assertThat(gateway.delete("/api/silences/x").status()).isEqualTo(404);
  }

  @Test
  void silencesBeginAndEnd() {
    JsonNode silence =
        gateway.post("/api/silences", "{\"sensor\":\"pump-*\",\"note\":\"service\"}").json();
    assertThat(gateway.get("/api/silences").json().path("silences")).hasSize(1);
    assertThat(ids("?silenced=true")).containsExactly("a2", "a1");

    assertThat(gateway.delete("/api/silences/" + silence.path("id").asLong()).status())
        .isEqualTo(200);

    assertThat(gateway.get("/api/silences").json().path("silences")).isEmpty();
    assertThat(gateway.post("/api/silences", "{}").errors()).contains("/sensor");
  }

  @Test
  void aDayHasItsCount() {
    JsonNode day = gateway.get("/anomalies/2026-02-01").json();

    assertThat(day.path("date").asString()).isEqualTo("2026-02-01");
    assertThat(day.path("count").asInt()).isEqualTo(2);
    assertThat(day.at("/counts/critical").asInt()).isEqualTo(1);
    assertThat(day.path("anomalous_readings").asInt()).isEqualTo(1);
    assertThat(day.path("scored_readings").asInt()).isEqualTo(2);
    assertThat(gateway.get("/anomalies/2026-02-03").json().path("count").asInt()).isZero();
    assertThat(gateway.get("/anomalies/today").status()).isEqualTo(422);
    assertThat(gateway.get("/anomalies/2026-02-30").errors()).contains("date");
    assertThat(gateway.get("/anomalies/+300000000-01-01").errors()).contains("date");
    assertThat(gateway.get("/anomalies/9999-12-31").json().path("count").asInt()).isZero();
  }

  @Test
  void judgementsMakeAccuracy() {
    assertThat(gateway.get("/api/accuracy").json().path("precision").isNull()).isTrue();
    gateway.post("/api/alerts/a1/label", "{\"label\":\"false_alarm\"}");
    gateway.post("/api/alerts/a2/label", "{\"label\":\"true_alarm\"}");
    gateway.post("/api/alerts/a3/label", "{\"label\":\"true_alarm\"}");
    Answer missed =
        gateway.post(
            "/api/missed-alarms",
            "{\"sensor\":\"pump-1\",\"from\":\"2026-02-01T00:00:00Z\",\"to\":\"2026-02-01T01:00:00Z\"}");
    assertThat(missed.status()).isEqualTo(201);
    assertThat(
            gateway
                .post(
                    "/api/missed-alarms",
                    "{\"sensor\":\"p\",\"from\":\"2026-02-02T00:00:00Z\",\"to\":\"2026-02-01T00:00:00Z\"}")
                .errors())
        .contains("/to");

    JsonNode accuracy = gateway.get("/api/accuracy?from=2026-01-01T00:00:00Z").json();

    assertThat(accuracy.path("precision").asDouble()).isEqualTo(2 / 3.0);
    assertThat(accuracy.path("recall").asDouble()).isEqualTo(2 / 3.0);
    assertThat(accuracy.path("accuracy").asDouble()).isEqualTo(0.5);
    assertThat(accuracy.path("false_alarm_rate").asDouble()).isEqualTo(1 / 3.0);
    assertThat(gateway.get("/metrics").body())
        .contains("caddis_gateway_labelled_alerts{label=\"missed_alarm\"} 1.0");
  }

  @Test
  void theFeedTellsWhatItRead() {
    JsonNode feed = gateway.get("/api/feed").json();

    assertThat(feed.path("configured").asBoolean()).isTrue();
    assertThat(feed.path("fresh").asBoolean()).isTrue();
    assertThat(feed.path("malformed_lines").asInt()).isEqualTo(1);
    assertThat(feed.at("/totals/scores").asInt()).isEqualTo(2);
    assertThat(feed.at("/totals/dead-letter:not_a_number").asInt()).isEqualTo(1);
    assertThat(gateway.get("/api/feed/quality?sensor=all").json().path("issues")).hasSize(1);
    assertThat(gateway.get("/api/feed/quality?sensor=other").json().path("issues")).isEmpty();
    assertThat(gateway.get("/api/feed/models").json().at("/models/0/model_version").asString())
        .isEqualTo("v1");
    JsonNode scores = gateway.get("/api/feed/scores?sensor=pump-1&limit=1").json().path("scores");
    assertThat(scores).hasSize(1);
    assertThat(scores.get(0).path("is_anomaly").asBoolean()).isTrue();
    assertThat(gateway.get("/api/feed/scores").status()).isEqualTo(422);
  }

  @Test
  void theStatusCountsWhatTheJobsFoundToday() {
    Clock clock = Clock.fixed(START.plusSeconds(100), ZoneOffset.UTC);
    AlertOptions alerts =
        TestGateway.alerts(directory.resolve("out"), directory.resolve("second.db").toString());
    try (TestGateway second =
        new TestGateway(TestGateway.options(directory.resolve("models")), alerts, clock)) {
      second.awaitLines(9);
      JsonNode status = second.get("/status").json();

      assertThat(status.path("anomalies_detected").asInt()).isEqualTo(1);
      assertThat(status.path("predictions_today").asInt()).isEqualTo(2);
    }
  }

  @Test
  void healthAndFiguresKnowTheFeed() {
    JsonNode checks = gateway.get("/health").json().path("checks");
    assertThat(checks.path("store").asBoolean()).isTrue();
    assertThat(checks.path("feed").asBoolean()).isTrue();

    // The lag is noted after the lines.
    while (!gateway.get("/metrics").body().contains("caddis_gateway_feed_lag_seconds 0.0")) {
      TestGateway.pause();
    }
    assertThat(gateway.get("/metrics").body())
        .contains(
            "caddis_gateway_feed_alert_messages_total 3.0",
            "caddis_gateway_feed_malformed_lines_total 1.0",
            "caddis_gateway_feed_lag_seconds 0.0",
            "caddis_gateway_alerts_waiting{severity=\"high\"} 1.0",
            "caddis_gateway_results{kind=\"anomalies\"} 1.0",
            "caddis_gateway_outbox{state=\"pending\"} 0.0");
  }

  @Test
  void aStoreThatFailsIsTheGatewaysFaultAndKeepsItsSecrets() throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("out/gateway.db"));
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE silences");
    }
    Answer answer = gateway.get("/api/silences");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.body()).contains("Store unavailable").doesNotContain("SQL");
  }

  @Test
  void everyRouteIsServedAsTheDocumentShows() {
    for (String get :
        List.of(
            "/anomalies/2026-02-01",
            "/api/alerts",
            "/api/alerts/a1",
            "/api/silences",
            "/api/accuracy",
            "/api/feed",
            "/api/feed/quality",
            "/api/feed/models",
            "/api/feed/scores?sensor=pump-1")) {
      assertThat(gateway.get(get).status()).as(get).isEqualTo(200);
    }
    gateway.post("/api/alerts/a1/acknowledge", "");
    gateway.post("/api/alerts/a1/label", "{\"label\":\"true_alarm\"}");
    gateway.post("/api/alerts/a1/silence", "");
    long id = gateway.post("/api/silences", "{\"sensor\":\"*\"}").json().path("id").asLong();
    gateway.delete("/api/silences/" + id);
    gateway.post(
        "/api/missed-alarms",
        "{\"sensor\":\"p\",\"from\":\"2026-02-01T00:00:00Z\",\"to\":\"2026-02-01T01:00:00Z\"}");

    Set<String> described = ContractCheck.operations("alerts");
    // An answer without end: LiveRoutesTest.
    described.remove("GET /api/live");
    assertThat(gateway.asked()).isEqualTo(described);
  }

  private List<String> ids(String query) {
    return ids(gateway.get("/api/alerts" + query).json());
  }

  private static List<String> ids(JsonNode page) {
    List<String> ids = new ArrayList<>();
    page.path("alerts").forEach(alert -> ids.add(alert.path("alert_id").asString()));
    return ids;
  }
}
