// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EvaluateCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int evaluate(String labels, String... more) throws Exception {
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
    CommandLine line = Caddis.commandLine((env, spec) -> {});
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] arguments = {"evaluate", "--scores", scores.toString(), "--labels", file.toString()};
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return line.execute(all);
  }

  @Test
  void scoresAreMeasuredAgainstTheIntervals() throws Exception {
    String labels = "key,start,end\na,2026-01-01T00:00:05Z,2026-01-01T00:00:06Z\n";
    assertThat(evaluate(labels, "--json")).isZero();

    JsonNode figures = JsonMapper.shared().readTree(out.toString());
    assertThat(figures.get("readings").asInt()).isEqualTo(20);
    assertThat(figures.get("roc_auc").asDouble()).isEqualTo(1);
    assertThat(figures.get("precision").asDouble()).isEqualTo(0.5);
    assertThat(figures.get("recall").asDouble()).isEqualTo(1);
    assertThat(figures.get("events").asInt()).isEqualTo(1);
    assertThat(figures.get("false_alarms").asInt()).isEqualTo(1);
    assertThat(figures.get("median_delay_readings").asDouble()).isZero();
  }

  @Test
  void firstRowsCanBeLeftOut() throws Exception {
    assertThat(evaluate("key,start,end\n", "--json", "--skip-rows", "6")).isZero();

    JsonNode figures = JsonMapper.shared().readTree(out.toString());
    assertThat(figures.get("readings").asInt()).isEqualTo(8);
    assertThat(figures.get("roc_auc").isNull()).isTrue();
    assertThat(figures.get("false_alarms").asInt()).isEqualTo(2);
  }

  @Test
  void aReportIsOnePageThatNeedsNothingElse() throws Exception {
    String labels = "key,start,end\na,2026-01-01T00:00:05Z,2026-01-01T00:00:06Z\n";
    Path page = folder.resolve("report.html");
    assertThat(evaluate(labels, "--report", page.toString())).isZero();

    assertThat(Files.readString(page)).contains("false alarm").doesNotContain("http");
  }

  @Test
  void aRateThatDriftsTooFarFails() throws Exception {
    String[] gate = {"--contamination", "0.1", "--rate-windows", "5", "--max-rate-drift", "0.2"};
    assertThat(evaluate("key,start,end\n", gate)).isEqualTo(1);
    assertThat(err.toString()).contains("must stay within 0.2000 of 0.1000, was 0.4000 away");

    assertThat(evaluate("key,start,end\n", "--max-rate-drift", "0.9")).isZero();
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
    assertThat(evaluate("key,start,end\na,yesterday,2026-01-01T00:00:06Z\n")).isEqualTo(2);

    assertThat(err.toString()).contains("labels.csv:2:").contains("'yesterday'");
  }

  @Test
  void aLabelFileWithoutItsColumnsIsRefused() throws Exception {
    assertThat(evaluate("sensor,from,to\n")).isEqualTo(2);

    assertThat(err.toString()).contains("key, start and end").contains("[sensor, from, to]");
  }
}
