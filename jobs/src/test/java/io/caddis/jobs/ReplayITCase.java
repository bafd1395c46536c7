// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.files.ResultFolder;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Scores of alerts made again from what {@code detect --archive} keeps. */
class ReplayITCase {
  private static final int SENSORS = 20;

  /** Readings between two spikes of a sensor: more than end an episode. */
  private static final int SPIKE_EVERY = 30;

  @TempDir Path directory;

  private Path input(int rows) throws IOException {
    Random random = new Random(11);
    List<String> lines = new ArrayList<>(List.of("timestamp,key,flow,level,mode"));
    for (int i = 0; i < rows; i++) {
      for (int sensor = 0; sensor < SENSORS; sensor++) {
        double spike = i % SPIKE_EVERY == sensor ? 20 + 10 * random.nextDouble() : 0;
        lines.add(
            "%d,s%d,%s,%s,%s"
                .formatted(
                    1_767_225_600L + i,
                    sensor,
                    i % 7 == 0 ? "" : spike + random.nextGaussian(),
                    random.nextGaussian() / 3 - spike,
                    i % 3 == 0 ? "idle" : "run"));
      }
    }
    Path input = Files.createDirectories(directory.resolve("in"));
    Files.write(input.resolve("a.csv"), lines);
    return input;
  }

  private DetectRun forest(Path input, String output, int parallelism) {
    return DetectRun.of(
        input,
        directory.resolve(output),
        "--archive",
        "--detector=isolation_forest",
        "--set=detector.parameters={n_estimators: 25}",
        "--set=derived=[\"mean(flow,5)\"]",
        "--set=calendar=[hour]",
        "--scope=global",
        "--train-window=300s",
        "--contamination=0.04",
        "--registry=" + directory.resolve("registry"),
        "--name=pump",
        "--parallelism=" + parallelism);
  }

  private static List<String> archive(Path output) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path file : new ResultFolder(output.resolve(Sinks.ARCHIVE)).committed()) {
      lines.addAll(Files.readAllLines(file));
    }
    return lines.stream().sorted().toList();
  }

  private CommandRun replay(Path output, String... more) {
    List<String> args = new ArrayList<>(List.of("replay", "--output=" + output));
    args.addAll(List.of(more));
    return CommandRun.of(new DetectionJob(), args.toArray(String[]::new));
  }

  private static String inFreshJvm(String... args) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Caddis.class.getName()));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(out).isZero();
    return out;
  }

  @Test
  void aThousandAlertsOfManyModelsAreReplayedToTheBitInAnotherJvmAtAnotherParallelism()
      throws Exception {
    Path input = input(2100);
    DetectRun run = forest(input, "out", 2);
    List<JsonNode> alerts = run.alerts();
    Set<String> ids = new HashSet<>();
    Set<String> models = new HashSet<>();
    for (JsonNode alert : alerts) {
      ids.add(alert.get("alert_id").asString());
      models.add(alert.at("/lineage/model_version").asString());
    }
    assertThat(ids).hasSizeGreaterThan(1000);
    assertThat(models).hasSizeGreaterThan(5).contains("warm-up");
    String expected =
        "%d of %d equal to the bit, scored by %d models or states%n"
            .formatted(alerts.size(), alerts.size(), models.size());

    assertThat(inFreshJvm("replay", "--all", "--output=" + run.output())).isEqualTo(expected);
    assertThat(archive(forest(input, "one", 1).output())).isEqualTo(archive(run.output()));

    delete(run.output().resolve(Sinks.MODELS));
    CommandRun without = replay(run.output(), "--all");
    assertThat(without.status()).isEqualTo(1);
    assertThat(without.err()).contains("neither registered nor in the results");
    CommandRun registered =
        replay(run.output(), "--all", "--registry=" + directory.resolve("registry"));
    assertThat(registered.err()).isEmpty();
    assertThat(registered.out()).isEqualTo(expected);
  }

  @Test
  void statesOfDetectorsThatLearnByReadingAreReplayedToo() throws Exception {
    Path input = input(500);
    for (String detector : List.of("auto", "stream_knn")) {
      DetectRun run =
          DetectRun.of(
              input,
              directory.resolve(detector),
              "--archive",
              "--detector=" + detector,
              "--set=features=[{name: flow}, {name: level}]");
      CommandRun replayed = replay(run.output(), "--all");
      int alerts = run.alerts().size();

      assertThat(alerts).isPositive();
      assertThat(replayed.err()).isEmpty();
      assertThat(replayed.out()).startsWith(alerts + " of " + alerts + " equal to the bit");
    }
  }

  @Test
  void anAlertIsToldWithItsModelAndAChangedBitIsFound() throws Exception {
    DetectRun run = forest(input(700), "out", 2);
    JsonNode alert =
        run.alerts().stream().filter(a -> a.at("/lineage").has("train_from")).findFirst().get();
    String id = alert.get("alert_id").asString();

    CommandRun told = replay(run.output(), id);
    assertThat(told.status()).as(told.err()).isZero();
    assertThat(told.out())
        .contains(
            "Alert " + id,
            alert.at("/lineage/model_sha256").asString(),
            alert.get("peak_event_id").asString(),
            "contribution   flow",
            "equal to the bit");

    for (Path file : new ResultFolder(run.output().resolve(Sinks.ARCHIVE)).committed()) {
      Files.writeString(
          file,
          Pattern.compile("(" + id + ".*\"raw_score_bits\":\".{15})(.)")
              .matcher(Files.readString(file))
              .replaceAll(bits -> bits.group(1) + (bits.group(2).equals("0") ? "1" : "0")));
    }
    CommandRun changed = replay(run.output(), "--all");
    assertThat(changed.status()).isEqualTo(1);
    assertThat(changed.err()).contains("alert " + id);
    assertThat(replay(run.output(), "0000000000000000").err()).contains("ALERT_ID must be one of");
    assertThat(replay(directory.resolve("in"), "--all").err()).contains("detect --archive");
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }
}
