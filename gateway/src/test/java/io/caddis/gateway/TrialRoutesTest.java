// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static io.caddis.gateway.feed.JobOutput.START;
import static io.caddis.gateway.feed.JobOutput.alert;
import static io.caddis.gateway.feed.JobOutput.challenger;
import static io.caddis.gateway.feed.JobOutput.score;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.feed.JobOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a challenger made of the readings, over HTTP, from a job's files and what people said. */
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class TrialRoutesTest {
  private static final int READINGS = 20;

  @TempDir Path directory;
  private JobOutput job;
  private TestGateway gateway;

  @BeforeEach
  void start() {
    job = new JobOutput(directory.resolve("out"));
    gateway =
        new TestGateway(
            TestGateway.options(directory.resolve("models")),
            TestGateway.alerts(directory.resolve("out"), null));
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private static List<String> rows(IntFunction<String> row) {
    return IntStream.range(0, READINGS).mapToObj(row).toList();
  }

  /** The champion flags the readings 0 and 1, the challenger 1 to 4. */
  private void judge() throws IOException {
    job.commit("scores", "s.jsonl", rows(i -> score(i, "pump-1", i < 2)));
    job.commit("challenger", "c.jsonl", rows(i -> challenger(i, "pump-1", i > 0 && i < 5, "v2")));
  }

  private JsonNode trials() {
    return gateway.get("/api/trials").json().path("trials");
  }

  @Test
  void withoutAChallengerThereIsNoTrial() throws IOException {
    assertThat(trials().size()).isZero();
    job.commit("scores", "s.jsonl", rows(i -> score(i, "pump-1", i < 2)));
    assertThat(trials().size()).isZero();
  }

  @Test
  void bothAreToldOfSideBySide() throws IOException {
    judge();
    job.commit(
        "timings",
        "t.jsonl",
        List.of(
            "{\"challenger\":false,\"model_version\":\"warm-up\",\"subtask\":0,\"measured\":4,"
                + "\"mean_nanos\":2000.0,\"p99_nanos\":9000.0}"));

    JsonNode trial = trials().path(0);

    assertThat(trials().size()).isOne();
    assertThat(trial.path("readings").asInt()).isEqualTo(READINGS);
    assertThat(trial.path("from").asString()).isEqualTo(START.toString());
    assertThat(trial.path("agreement").asDouble()).isEqualTo(16.0 / READINGS);
    assertThat(trial.path("champion").toString())
        .isEqualTo(
            "{\"versions\":[\"warm-up\"],\"flagged\":0.1,\"flagged_alone\":1,\"precision\":null,"
                + "\"recall\":null,\"mean_us\":2.0,\"p99_us\":9.0}");
    assertThat(trial.path("challenger").toString())
        .isEqualTo(
            "{\"versions\":[\"v2\"],\"flagged\":0.2,\"flagged_alone\":3,\"precision\":null,"
                + "\"recall\":null,\"mean_us\":null,\"p99_us\":null}");
  }

  @Test
  void whatPeopleSaidOfAlertsIsTheTruth() throws IOException {
    judge();
    // The readings 0 and 1.
    job.commit("alerts", "a.jsonl", List.of(alert("a1", 1, "closed", "pump-1")));
    while (gateway.get("/api/feed").json().path("alerts").asInt() < 1) {
      TestGateway.pause();
    }
    gateway.post("/api/alerts/a1/label", "{\"label\":\"false_alarm\"}");
    gateway.post(
        "/api/missed-alarms",
        "{\"sensor\":\"pump-1\",\"from\":\"%s\",\"to\":\"%s\"}"
            .formatted(START.plusSeconds(1), START.plusSeconds(3)));
    gateway.post(
        "/api/missed-alarms",
        "{\"sensor\":\"pump-2\",\"from\":\"%s\",\"to\":\"%s\"}"
            .formatted(START, START.plusSeconds(19)));

    JsonNode trial = trials().path(0);

    assertThat(trial.path("judged_anomalous").asInt()).isEqualTo(3);
    assertThat(trial.path("judged_normal").asInt()).isOne();
    assertThat(trial.at("/champion/precision").asDouble()).isEqualTo(0.5);
    assertThat(trial.at("/champion/recall").asDouble()).isEqualTo(1 / 3.0);
    assertThat(trial.at("/challenger/precision").asDouble()).isEqualTo(1);
    assertThat(trial.at("/challenger/recall").asDouble()).isEqualTo(1);
  }

  @Test
  void ofAChallengerOfLongAgoNothingIsLeftAmongTheNewest() throws IOException {
    judge();
    Files.setLastModifiedTime(directory.resolve("out/challenger/c.jsonl"), FileTime.from(START));
    String wide = " ".repeat(1 << 20);
    job.commit(
        "challenger",
        "later.jsonl",
        IntStream.range(0, 9).mapToObj(i -> challenger(i, "pump-1", false, "v3") + wide).toList());

    assertThat(gateway.get("/api/trials").json().path("newest_bytes").asInt()).isEqualTo(8 << 20);
    assertThat(trials().size()).isOne();
    assertThat(trials().at("/0/challenger/versions/0").asString()).isEqualTo("v3");
    assertThat(trials().at("/0/readings").asInt()).isLessThan(9).isPositive();
  }

  @Test
  void damagedResultsAreAProblemAndNoFailure() throws IOException {
    judge();
    job.commit("challenger", "d.jsonl", List.of("{\"event_id\":"));

    TestGateway.Answer answer = gateway.get("/api/trials");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.json().path("title").asString()).isEqualTo("Unreadable results");
  }
}
