// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.simulate.Injection;
import io.caddis.detectors.simulate.SensorSimulator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TranscriptTest {
  private static final long START = 1_767_225_600_000L;
  private static final long LASTING = 120_000;

  @TempDir Path results;

  private final SensorSimulator simulator =
      new SensorSimulator(new SensorSimulator.Settings(7, 20, 5, START, 50));
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private Transcript transcript() {
    return new Transcript(
        results,
        simulator,
        System.currentTimeMillis() - LASTING,
        new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  private void score(long time) throws IOException {
    Path scores = Files.createDirectories(results.resolve("scores"));
    Files.writeString(
        scores.resolve("scores-0.jsonl"),
        "{\"timestamp\":\"" + Instant.ofEpochMilli(time) + "\",\"score\":0.1}\n");
  }

  private void alert(Injection injection) throws IOException {
    Path alerts = Files.createDirectories(results.resolve("alerts"));
    Files.writeString(
        alerts.resolve("alerts-0.jsonl"),
        "{\"alert_id\":\"a\",\"key\":\"%s\",\"start\":\"%s\",\"end\":\"%s\"}%n"
            .formatted(
                injection.sensor(),
                Instant.ofEpochMilli(injection.start()),
                Instant.ofEpochMilli(injection.end())));
  }

  @Test
  void whatAJobThatLagsBehindHasNotScoredYetIsNotMissed() throws IOException {
    Injection first = simulator.injections(20 * LASTING / 50).get(0);
    Transcript transcript = transcript();
    transcript.report();
    assertThat(printed()).contains("injected").doesNotContain("MISSED");

    alert(first);
    transcript.report();
    assertThat(printed()).containsPattern("found +" + first.sensor()).doesNotContain("MISSED");
  }

  @Test
  void whatHasBeenScoredWithoutAnAlertIsMissed() throws IOException {
    Transcript transcript = transcript();
    score(START + 3 * LASTING);
    transcript.report();
    transcript.report();
    transcript.summarize();

    long injected = printed().lines().filter(line -> line.contains(" injected  ")).count();
    long missed = printed().lines().filter(line -> line.contains("MISSED")).count();
    assertThat(missed).isPositive().isLessThanOrEqualTo(injected);
    assertThat(printed()).containsPattern("all +" + missed + " +0 +" + missed + " ");
  }
}
