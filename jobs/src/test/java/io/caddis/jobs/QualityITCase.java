// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.simulate.Injection;
import io.caddis.detectors.simulate.SensorSimulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What {@code detect} says of the simulator's sensors: their faults, and hardly anything else. */
class QualityITCase {
  private static final int SENSORS = 5;
  private static final long READINGS = SENSORS * 4_000;
  private static final Map<Injection.Kind, String> FAULTS =
      Map.of(
          Injection.Kind.STUCK, "flatline",
          Injection.Kind.GAP, "gap",
          Injection.Kind.SPIKE, "spike");

  @TempDir Path directory;

  @Test
  void stuckSilentAndSpikingSensorsAreToldOnceAndTheSameAtEveryParallelism() throws IOException {
    DetectRun run = simulated(1);
    List<JsonNode> issues =
        run.quality().stream().filter(issue -> !text(issue, "kind").equals("drift")).toList();
    SensorSimulator simulator =
        DetectionJob.simulator(3, SENSORS, 0, Instant.parse("2026-01-01T00:00:00Z"));
    List<Injection> injections = simulator.injections(READINGS);

    assertThat(injections)
        .filteredOn(injection -> FAULTS.containsKey(injection.kind()))
        .hasSizeGreaterThan(5)
        .allSatisfy(
            injection ->
                assertThat(issues)
                    .filteredOn(issue -> text(issue, "kind").equals(FAULTS.get(injection.kind())))
                    .anyMatch(issue -> touches(issue, injection)));
    assertThat(issues)
        .filteredOn(issue -> injections.stream().noneMatch(i -> touches(issue, i)))
        .as("issues of healthy sensors")
        .hasSizeLessThan(2);
    assertThat(issues).extracting(issue -> text(issue, "issue_id")).doesNotHaveDuplicates();
    assertThat(run.count("quality_issues")).isEqualTo(run.quality().size());
    assertThat(lines(simulated(2))).isEqualTo(lines(run));
  }

  @Test
  void aSensorWhoseScoresRiseForGoodIsToldAndTheOthersAreNot() throws IOException {
    Random random = new Random(1);
    StringBuilder lines = new StringBuilder("timestamp,key,x\n");
    for (int i = 0; i < 4_000; i++) {
      double shift = i < 2_000 ? 0 : 2;
      for (String key : List.of("steady", "shifted")) {
        double value = random.nextGaussian() + (key.equals("shifted") ? shift : 0);
        lines.append("%d,%s,%.4f%n".formatted(1_767_225_600 + i, key, value));
      }
    }
    Files.writeString(directory.resolve("a.csv"), lines);
    DetectRun run =
        DetectRun.of(
            directory,
            directory.resolveSibling(directory.getFileName() + "-drift"),
            "--detector=zscore",
            "--train-rows=500",
            "--set=quality.checks=[]",
            "--set=quality.drift.method=adwin");

    assertThat(run.quality()).hasSize(1);
    JsonNode issue = run.quality().get(0);
    assertThat(text(issue, "kind")).isEqualTo("drift");
    assertThat(text(issue, "key")).isEqualTo("shifted");
    assertThat(issue.has("feature")).isFalse();
    assertThat(time(issue, "to")).isBetween(1_767_227_600_000L, 1_767_228_600_000L);
    assertThat(issue.get("value").doubleValue()).isGreaterThan(issue.get("expected").doubleValue());
    assertThat(text(issue, "text")).matches("mean score rose from 0\\.\\d\\d to 0\\.\\d\\d");
    assertThat(run.count("quality_issues")).isEqualTo(1);
  }

  private DetectRun simulated(int parallelism) {
    // DetectRun gives an input; the simulator leaves it alone
    return DetectRun.of(
        directory,
        directory.resolveSibling(directory.getFileName() + "-out-" + parallelism),
        "--set=source.type=simulator",
        "--set=source.seed=3",
        "--set=source.sensors=" + SENSORS,
        "--set=source.rate=0",
        "--set=source.count=" + READINGS,
        "--set=detector.name=zscore",
        "--parallelism=" + parallelism,
        "--overwrite");
  }

  private static TreeSet<String> lines(DetectRun run) throws IOException {
    TreeSet<String> lines = new TreeSet<>();
    run.quality().forEach(issue -> lines.add(issue.toString()));
    return lines;
  }

  private static boolean touches(JsonNode issue, Injection injection) {
    return text(issue, "key").equals(injection.sensor())
        && time(issue, "to") >= injection.start()
        && time(issue, "from") <= injection.end() + 2_000;
  }

  private static long time(JsonNode issue, String name) {
    return Instant.parse(text(issue, name)).toEpochMilli();
  }

  private static String text(JsonNode issue, String name) {
    return issue.get(name).asString();
  }
}
