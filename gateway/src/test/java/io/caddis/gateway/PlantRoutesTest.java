// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static io.caddis.gateway.feed.JobOutput.START;
import static io.caddis.gateway.feed.JobOutput.alert;
import static io.caddis.gateway.feed.JobOutput.deadLetter;
import static io.caddis.gateway.feed.JobOutput.issue;
import static io.caddis.gateway.feed.JobOutput.model;
import static io.caddis.gateway.feed.JobOutput.reading;
import static io.caddis.gateway.feed.JobOutput.score;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.TestGateway.Answer;
import io.caddis.gateway.feed.JobOutput;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the dashboard draws, over HTTP, from a job's files and a registry. */
@Timeout(120)
class PlantRoutesTest {
  private static final int READINGS = 60;

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init")
  private static TestGateway gateway;

  @BeforeAll
  static void startAndFeed() throws IOException {
    Path out = directory.resolve("out");
    JobOutput job = new JobOutput(out);
    List<String> readings = new ArrayList<>();
    List<String> scores = new ArrayList<>();
    for (int second = 0; second < READINGS; second++) {
      for (String sensor : List.of("pump-1", "fan-1")) {
        boolean anomaly = second == 42 && sensor.equals("pump-1");
        readings.add(reading(second, sensor, anomaly ? 99 : 20 + second % 3));
        scores.add(score(second, sensor, anomaly));
      }
    }
    job.commit("alerts", "a.jsonl", List.of(alert("a1", 0, "opened", "pump-1")));
    job.commit("dead-letters", "d.jsonl", List.of(deadLetter("not_a_number")));
    job.commit("late", "l.jsonl", List.of(reading(1, "pump-1", 20)));
    job.commit("quality", "q.jsonl", List.of(issue("i1", "drift", "all")));
    job.commit("models", "m.jsonl", List.of(model("v1", 100)));
    job.commit("readings", "r.jsonl", readings);
    job.commit("scores", "s.jsonl", scores);
    gateway =
        new TestGateway(
            TestGateway.options(directory.resolve("models")), TestGateway.alerts(out, null));
    gateway.awaitLines(4 * READINGS + 5);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @Test
  void theWorstSensorIsTheFirstLaneAndItsAnomalyIsInTheRightCell() {
    JsonNode picture = gateway.get("/api/lanes?seconds=60").json();

    assertThat(picture.at("/lanes/0/sensor").asString()).isEqualTo("pump-1");
    assertThat(picture.at("/lanes/0/severities").asString()).isEqualTo("....2.");
    assertThat(picture.at("/lanes/0/scores").toString()).isEqualTo("[25,25,25,25,75,25]");
    assertThat(picture.at("/lanes/0/anomalies").asInt()).isOne();
    assertThat(picture.at("/lanes/1/severities").asString()).isEqualTo("......");
    assertThat(picture.path("cell_seconds").asInt()).isEqualTo(10);
    assertThat(picture.path("sensors").asInt()).isEqualTo(2);
  }

  @Test
  void lanesBeyondTheLimitAreCountedAndNotDrawn() {
    JsonNode picture = gateway.get("/api/lanes?seconds=60&limit=1").json();

    assertThat(picture.path("lanes").size()).isOne();
    assertThat(picture.path("sensors").asInt()).isEqualTo(2);
    assertThat(gateway.get("/api/lanes?seconds=60&sensor=fan-*").json().path("lanes").size())
        .isOne();
  }

  @Test
  void aLongRangeHasNoMoreCellsThanAScreenShows() {
    JsonNode picture =
        gateway.get("/api/lanes?from=2025-01-01T00:00:00Z&to=2026-03-01T00:00:00Z").json();

    assertThat(picture.path("cells").asInt()).isBetween(200, 401);
    assertThat(picture.at("/lanes/0/scores").size()).isEqualTo(picture.path("cells").asInt());
    assertThat(picture.at("/lanes/0/severities").asString()).contains("2");
  }

  @Test
  void aRangeThatEndsBeforeItBeginsIsRefused() {
    Answer answer = gateway.get("/api/lanes?from=2026-03-01T00:00:00Z&to=2026-02-01T00:00:00Z");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.errors()).contains("?from");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-200000000-01-01T00:00:00Z", "%2B200000000-01-01T00:00:00Z", "x", ""})
  void timesBeyondTheCalendarAreRefused(String time) {
    Answer from = gateway.get("/api/lanes?to=2026-03-01T00:00:00Z&from=" + time);
    Answer to = gateway.get("/api/series?sensor=pump-1&to=" + time);

    assertThat(from.status()).isEqualTo(422);
    assertThat(from.errors()).contains("?from");
    assertThat(to.status()).isEqualTo(422);
    assertThat(to.errors()).contains("?to");
  }

  @Test
  void aSensorsScoresStandBesideItsValues() {
    JsonNode series = gateway.get("/api/series?sensor=pump-1&seconds=60").json();

    assertThat(series.path("times").size()).isEqualTo(READINGS);
    assertThat(series.at("/times/42").asLong()).isEqualTo(START.plusSeconds(42).toEpochMilli());
    assertThat(series.at("/scores/42").asDouble()).isEqualTo(0.75);
    assertThat(series.at("/severities/42").asInt()).isEqualTo(2);
    assertThat(series.at("/severities/41").asInt()).isEqualTo(-1);
    assertThat(series.at("/values/temperature/42").asDouble()).isEqualTo(99);
    assertThat(series.path("thinned").asBoolean()).isFalse();
  }

  @Test
  void aThinnedSeriesKeepsTheAnomaly() {
    JsonNode series = gateway.get("/api/series?sensor=pump-1&seconds=60&points=10").json();

    assertThat(series.path("times").size()).isEqualTo(10);
    assertThat(series.path("thinned").asBoolean()).isTrue();
    assertThat(series.path("severities").toString()).isEqualTo("[-1,-1,-1,-1,-1,-1,-1,2,-1,-1]");
    assertThat(series.at("/values/temperature/7").asDouble()).isEqualTo(99);
  }

  @Test
  void anAnomalyTellsWhatMadeItsScore() {
    String id = gateway.get("/api/series?sensor=pump-1").json().at("/event_ids/42").asString();

    JsonNode reading = gateway.get("/api/readings/" + id + "?sensor=pump-1").json();

    assertThat(reading.at("/contributions/temperature").asDouble()).isEqualTo(0.5);
    assertThat(reading.at("/features/temperature").asDouble()).isEqualTo(99);
    assertThat(gateway.get("/api/readings/" + id + "?sensor=fan-2").status()).isEqualTo(404);
  }

  @Test
  void whatWasWrongWithTheDataIsCountedAndShown() {
    JsonNode quality = gateway.get("/api/data-quality").json();

    assertThat(quality.at("/dead_letters/not_a_number").asInt()).isOne();
    assertThat(quality.at("/newest/0/raw").asString()).isEqualTo("x,y");
    assertThat(quality.path("late").asInt()).isOne();
    assertThat(quality.at("/issues/drift").asInt()).isOne();
    assertThat(quality.path("features").toString())
        .isEqualTo("[{\"kind\":\"imputed\",\"feature\":\"flow\",\"total\":1}]");
    assertThat(gateway.get("/api/data-quality?reason=duplicate").json().path("newest").size())
        .isZero();
  }

  @Test
  void theOverviewIsOfTheDayOfTheNewestReading() {
    JsonNode overview = gateway.get("/api/overview").json();

    assertThat(overview.path("date").asString()).isEqualTo("2026-02-01");
    assertThat(overview.path("sensors").asInt()).isEqualTo(2);
    assertThat(overview.at("/alerts/high").asInt()).isOne();
    assertThat(overview.at("/waiting/high").asInt()).isOne();
    assertThat(overview.path("anomalous_readings").asInt()).isOne();
    assertThat(overview.path("dead_letters").asInt()).isOne();
    assertThat(overview.at("/models/0/model_version").asString()).isEqualTo("v1");
    // Fifty of the sixty seconds are whole intervals of ten.
    assertThat(overview.path("readings_per_second").asDouble()).isEqualTo(2 * 50 / 60.0);
  }

  @Test
  void aModelIsPromotedAndRolledBack() {
    promoteAndRollBack("pump");

    String model = "/api/registry/pump_zscore";
    assertThat(gateway.post(model + "/promote", "{\"version\":\"none\"}").status()).isEqualTo(404);
    assertThat(gateway.get("/api/registry/other").status()).isEqualTo(404);
    String traversal = URLEncoder.encode("../models", StandardCharsets.UTF_8);
    assertThat(gateway.get("/api/registry/" + traversal).status()).isGreaterThanOrEqualTo(400);
  }

  private static void promoteAndRollBack(String name) {
    String first = fit(name, 1);
    String second = fit(name, 2);
    String model = "/api/registry/%s_zscore".formatted(name);
    assertThat(gateway.get(model).json().path("champion").asString()).isEqualTo(second);
    assertThat(gateway.get(model).json().at("/versions/1/features/0/name").asString())
        .isEqualTo("a");

    gateway.post(model + "/promote", "{\"version\":\"%s\"}".formatted(first));
    assertThat(gateway.get(model).json().path("champion").asString()).isEqualTo(first);
    gateway.post(model + "/rollback", "");
    assertThat(gateway.get(model).json().path("champion").asString()).isEqualTo(second);
    assertThat(gateway.get(model).json().path("total").asInt()).isEqualTo(2);
  }

  private static String fit(String name, int seed) {
    gateway.post(
        "/v1/anomaly/fit",
        """
        {"model":"%s","backend":"zscore","random_state":%d,
         "data":[{"a":1,"b":%d},{"a":2,"b":3},{"a":1.5,"b":2.5},{"a":1.1,"b":2.1}]}"""
            .formatted(name, seed, seed));
    return gateway
        .post("/v1/anomaly/save", "{\"model\":\"%s\",\"backend\":\"zscore\"}".formatted(name))
        .json()
        .path("version")
        .asString();
  }

  @Test
  void theSurfaceIsAnomalousAtItsRimAndNotInItsMiddle() {
    fit("fan", 1);
    JsonNode surface = gateway.get("/api/registry/fan_zscore/surface?first=a&second=b").json();

    int size = surface.path("xs").size();
    double threshold = surface.path("threshold").asDouble();
    assertThat(surface.path("scores").size()).isEqualTo(surface.path("ys").size());
    assertThat(surface.at("/scores/0/0").asDouble()).isGreaterThan(threshold);
    assertThat(surface.at("/scores/" + size / 2 + "/" + size / 2).asDouble()).isLessThan(threshold);
    assertThat(gateway.get("/api/registry/fan_zscore/surface?first=a&second=nope").status())
        .isEqualTo(404);
  }

  @Test
  void everyRouteThatIsDescribedIsServed() {
    promoteAndRollBack("valve");
    String id = "00000000000000aa-2a";
    for (String get :
        List.of(
            "/api/overview",
            "/api/lanes",
            "/api/series?sensor=pump-1",
            "/api/readings/" + id + "?sensor=pump-1",
            "/api/data-quality",
            "/api/trials",
            "/api/registry",
            "/api/registry/valve_zscore/surface?first=a&second=b")) {
      assertThat(gateway.get(get).status()).as(get).isEqualTo(200);
    }

    assertThat(gateway.asked()).containsAll(ContractCheck.operations("plant"));
  }
}
