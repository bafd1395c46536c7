// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.jobs.spec.SpecLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Alerts raised again from scores, beside those that the job raises with the same settings. */
class WhatIfITCase {
  private static final String STRICT = "0.75";

  @TempDir Path directory;

  private DetectRun run(String output, String... options) throws IOException {
    Path input = directory.resolve("in");
    if (!Files.exists(input)) {
      Random random = new Random(5);
      List<String> lines = new ArrayList<>(List.of("timestamp,key,flow"));
      for (int i = 0; i < 3000; i++) {
        double spike = i > 300 && i % 97 == 0 ? 4 + 9 * random.nextDouble() : 0;
        lines.add("%d,s%d,%s".formatted(1_767_225_600L + i, i % 3, random.nextGaussian() + spike));
      }
      Files.createDirectories(input);
      Files.write(input.resolve("a.csv"), lines);
    }
    return DetectRun.of(input, directory.resolve(output), options);
  }

  private static PipelineSpec.Triage triage(String... settings) {
    SpecLoader loader = new SpecLoader(name -> null);
    loader.set("source.path", "in", "test");
    loader.set("sink.directory", "out", "test");
    for (String setting : settings) {
      String[] pair = setting.split("=", 2);
      loader.set(pair[0], pair[1], "test");
    }
    return loader.load().triage();
  }

  /** The closing messages of a run. */
  private static Map<String, RunScores.Raised> raised(DetectRun run) throws IOException {
    return run.alerts().stream()
        .filter(alert -> alert.get("state").asString().equals("closed"))
        .map(
            alert ->
                new RunScores.Raised(
                    alert.get("alert_id").asString(),
                    alert.get("key").asString(),
                    millis(alert.get("start")),
                    millis(alert.get("end")),
                    alert.get("peak_score").asDouble(),
                    alert.get("severity").asString(),
                    alert.get("anomalies").asLong()))
        .collect(Collectors.toMap(RunScores.Raised::id, alert -> alert));
  }

  private static long millis(JsonNode time) {
    return Instant.parse(time.asString()).toEpochMilli();
  }

  @Test
  void alertsAreThoseOfAJobWithTheChangedSettings() throws IOException {
    DetectRun run = run("out");
    RunScores scores = RunScores.read(run.output(), Long.MIN_VALUE);
    Map<String, RunScores.Raised> before = raised(run);
    Map<String, RunScores.Raised> stricter =
        raised(run("strict", "--threshold=fixed:" + STRICT, "--set=triage.critical=0.95"));

    assertThat(before).hasSizeGreaterThan(stricter.size());
    assertThat(stricter).isNotEmpty();
    assertThat(scores.alerts(triage(), null)).containsExactlyInAnyOrderEntriesOf(before);
    assertThat(scores.alerts(triage("triage.critical=0.95"), Double.valueOf(STRICT)))
        .containsExactlyInAnyOrderEntriesOf(stricter);
    assertThat(scores.alerts(triage("triage.quiet-readings=500", "triage.quiet-period=1 d"), null))
        .containsExactlyInAnyOrderEntriesOf(
            raised(
                run("long", "--set=triage.quiet-readings=500", "--set=triage.quiet-period=1 d")));
  }

  @Test
  void whatWasMutedRaisesNoAlert() throws IOException {
    Path control = Files.createDirectories(directory.resolve("control"));
    Files.writeString(
        control.resolve("1.json"), "{\"id\":\"m\",\"type\":\"mute\",\"sensors\":\"s1\"}");
    DetectRun run = run("muted", "--control=" + control);
    Map<String, RunScores.Raised> raised = raised(run);

    assertThat(raised).isNotEmpty();
    assertThat(RunScores.read(run.output(), Long.MIN_VALUE).alerts(triage(), null))
        .containsExactlyInAnyOrderEntriesOf(raised);
  }

  @Test
  void theDifferenceIsToldAndMistakesAreRefused() throws IOException {
    DetectRun run = run("out");
    CommandRun told = whatIf(run, "--change=threshold=" + STRICT);
    CommandRun later = whatIf(run, "--change=threshold=0.5", "--since=2030-01-01T00:00:00Z");

    assertThat(told.status()).as(told.err()).isZero();
    assertThat(told.out())
        .startsWith("Alerts before " + raised(run).size() + ", after ")
        .contains("newly raised 0", "  - ");
    assertThat(later.out()).startsWith("Alerts before 0, after 0");
    assertThat(whatIf(run, "--change=detector.name=iqr").err()).contains("triage.quiet-period");
    assertThat(whatIf(run, "--change=threshold=7").err()).contains("0 to 1, was '7'");
    assertThat(whatIf(run, "--change=triage.high=0.1").status()).isEqualTo(2);
  }

  @Test
  void anEpisodeThatBeginsLaterIsTheSameOne() throws IOException {
    Path scores = Files.createDirectories(directory.resolve("written/scores"));
    String row =
        "{\"key\":\"s%d\",\"timestamp\":\"2026-01-01T00:00:0%dZ\",\"event_id\":\"a-%d\","
            + "\"score\":0.%d,\"is_anomaly\":true}";
    Files.write(
        scores.resolve("part-0.jsonl"),
        List.of(
            row.formatted(0, 1, 1, 6),
            row.formatted(0, 2, 2, 9),
            row.formatted(0, 3, 3, 6),
            row.formatted(1, 2, 4, 6),
            row.formatted(2, 2, 5, 9)));

    assertThat(whatIf(directory.resolve("written"), "--change=threshold=0.8").out())
        .startsWith("Alerts before 3, after 2")
        .contains("no longer raised 1, newly raised 0, of other severity, begin or end 1")
        .contains(" s1, ")
        .doesNotContain(" s0, ", "  + ");
  }

  private static CommandRun whatIf(DetectRun run, String... more) {
    return whatIf(run.output(), more);
  }

  private static CommandRun whatIf(Path output, String... more) {
    List<String> args = new ArrayList<>(List.of("what-if", "--output=" + output));
    args.addAll(List.of(more));
    return CommandRun.of(new DetectionJob(), args.toArray(String[]::new));
  }
}
