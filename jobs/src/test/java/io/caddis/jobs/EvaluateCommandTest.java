// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EvaluateCommandTest {
  @TempDir Path folder;

  private CommandRun evaluate(String labels, String... more) throws Exception {
    Path scores = Files.createDirectories(folder.resolve("scores"));
    StringBuilder lines = new StringBuilder();
    for (int second = 0; second < 10; second++) {
      for (String key : new String[] {"a", "b"}) {
        boolean high = second == 5 || second == 6;
        lines.append(
            """
            {"timestamp":"2026-01-01T00:00:0%dZ","key":"%s","score":%s,"is_anomaly":%s}
            """
                .formatted(second, key, high ? 0.9 : 0.1, high));
      }
    }
    Files.writeString(scores.resolve("scores-0.jsonl"), lines);
    Files.writeString(scores.resolve(".scores-1.jsonl.inprogress"), "not yet");
    Path file = Files.writeString(folder.resolve("labels.csv"), labels);
    String[] arguments = {"evaluate", "--scores", scores.toString(), "--labels", file.toString()};
    return CommandRun.of(
        (env, spec) -> {},
        Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new));
  }

  @Test
  void scoresAreMeasuredAgainstTheIntervals() throws Exception {
    String labels = "key,start,end\na,2026-01-01T00:00:05Z,2026-01-01T00:00:06Z\n";
    CommandRun run = evaluate(labels, "--json");

    assertThat(run.status()).as(run.err()).isZero();
    JsonNode figures = JsonMapper.shared().readTree(run.out());
    assertThat(figures.get("readings").asInt()).isEqualTo(20);
    assertThat(figures.get("roc_auc").asDouble()).isEqualTo(1);
    assertThat(figures.get("precision").asDouble()).isEqualTo(0.5);
    assertThat(figures.get("recall").asDouble()).isEqualTo(1);
    assertThat(figures.get("events").asInt()).isEqualTo(1);
    assertThat(figures.get("false_alarms").asInt()).isEqualTo(1);
    assertThat(figures.get("median_delay_readings").asDouble()).isZero();
  }

  @Test
  void theResultsOfARunStandForTheirScores() throws Exception {
    String expected = evaluate("key,start,end\n", "--json").out();
    Path labels = folder.resolve("labels.csv");
    CommandRun run =
        CommandRun.of(
            (env, spec) -> {}, "evaluate", "--scores=" + folder, "--labels=" + labels, "--json");
    assertThat(run.out()).isEqualTo(expected).contains("\"readings\"");
  }

  @Test
  void labelsOfSensorsWithoutScoresAreTold() throws Exception {
    String labels = "key,start,end\nc,2026-01-01T00:00:05Z,2026-01-01T00:00:06Z\n";
    CommandRun none = evaluate(labels);
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("labels.csv must name sensors of the scores, [a, b], was [c]");

    CommandRun some = evaluate(labels + "a,2026-01-01T00:00:05Z,2026-01-01T00:00:06Z\n");
    assertThat(some.status()).as(some.err()).isZero();
    assertThat(some.err()).contains("no scores of labelled sensors: [c]");
  }

  @Test
  void firstRowsCanBeLeftOut() throws Exception {
    CommandRun run = evaluate("key,start,end\n", "--json", "--skip-rows", "6");

    assertThat(run.status()).as(run.err()).isZero();
    JsonNode figures = JsonMapper.shared().readTree(run.out());
    assertThat(figures.get("readings").asInt()).isEqualTo(8);
    assertThat(figures.get("roc_auc").isNull()).isTrue();
    assertThat(figures.get("false_alarms").asInt()).isEqualTo(2);
  }

  @Test
  void aReportIsOnePageThatNeedsNothingElse() throws Exception {
    String labels = "key,start,end\na,2026-01-01T00:00:05Z,2026-01-01T00:00:06Z\n";
    Path page = folder.resolve("report.html");
    assertThat(evaluate(labels, "--report", page.toString()).status()).isZero();

    assertThat(Files.readString(page)).contains("false alarm").doesNotContain("http");
  }

  @Test
  void aRateThatDriftsTooFarFails() throws Exception {
    String[] gate = {"--contamination", "0.1", "--rate-windows", "5", "--max-rate-drift", "0.2"};
    CommandRun run = evaluate("key,start,end\n", gate);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("must stay within 0.2000 of 0.1000, was 0.4000 away");

    assertThat(evaluate("key,start,end\n", "--max-rate-drift", "0.9").status()).isZero();
  }

  @Test
  void aFileThatScoreWroteIsMeasuredToo() throws Exception {
    Path scored =
        Files.writeString(
            folder.resolve("a.csv"),
            """
            timestamp,x,score,is_anomaly,prediction,raw_score
            2026-01-01T00:00:00Z,1,0.2,false,1,0.4
            2026-01-01T00:00:01Z,9,0.8,true,-1,0.7
            2026-01-01T00:00:02Z,,,,,
            """);
    Path labels =
        Files.writeString(
            folder.resolve("labels.csv"), "key,start,end\na,2026-01-01T00:00:01Z,2026-01-02\n");
    CommandRun run =
        CommandRun.of(
            (env, spec) -> {},
            "evaluate",
            "--scores",
            scored.toString(),
            "--labels",
            labels.toString(),
            "--json");

    assertThat(run.status()).as(run.err()).isZero();
    JsonNode figures = JsonMapper.shared().readTree(run.out());
    assertThat(figures.get("readings").asInt()).isEqualTo(2);
    assertThat(figures.get("precision").asDouble()).isEqualTo(1);
    assertThat(figures.get("flagged_share").asDouble()).isEqualTo(0.5);
  }

  @Test
  void aBadLabelIsNamedWithItsLine() throws Exception {
    CommandRun run = evaluate("key,start,end\na,yesterday,2026-01-01T00:00:06Z\n");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("labels.csv:2:").contains("'yesterday'");
  }

  @Test
  void aLabelFileWithoutItsColumnsIsRefused() throws Exception {
    CommandRun run = evaluate("sensor,from,to\n");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("key, start and end").contains("[sensor, from, to]");
  }
}
