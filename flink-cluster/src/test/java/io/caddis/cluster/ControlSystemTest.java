// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.jobs.Caddis;
import io.caddis.jobs.DetectionJob;
import io.caddis.jobs.control.CommandFolder;
import io.caddis.jobs.control.CommandFolder.Answer;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Commands to a job on a cluster of processes while readings flow. Where no command holds, what the
 * job commits equals what a bounded run without commands gives for the same files.
 */
class ControlSystemTest {
  private static final int FILES = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /** Readings that wait for the watermark at the end of the files: 5 s of out-of-orderness. */
  private static final long WAITING = 10L * SensorFiles.SENSORS;

  @TempDir private static Path folder;

  private static StandaloneCluster cluster;

  @BeforeAll
  static void start() {
    cluster =
        TestCluster.start(
            folder.resolve("cluster"), 2, Map.of("execution.checkpointing.interval", "500 ms"));
  }

  @AfterAll
  static void stop() {
    cluster.stop();
  }

  /** One job, its input and its commands. */
  private static final class Run {
    private final SensorFiles files;
    private final Path control;
    private final Path output;
    private final Count scores;

    Run(Path work) throws IOException {
      files = new SensorFiles(work, FILES);
      control = Files.createDirectories(work.resolve("control"));
      output = work.resolve("output");
      scores = new Count(output.resolve(Sinks.SCORES));
    }

    /** Sends a command, as a user does. */
    void send(String id, String... args) {
      List<String> all = new ArrayList<>(List.of("control", "send"));
      all.addAll(List.of(args));
      all.addAll(List.of("--id", id, "--control", control.toString()));
      StringWriter said = new StringWriter();
      CommandLine caddis =
          Caddis.commandLine(new DetectionJob())
              .setOut(new PrintWriter(said))
              .setErr(new PrintWriter(said));
      assertThat(caddis.execute(all.toArray(String[]::new))).as("%s", said).isZero();
    }

    Map<String, Answer> answers() {
      try {
        return CommandFolder.answers(new CommandFolder(control).sent(), output);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Lets readings flow, about two files at a time, until all commands have been answered. */
    void awaitApplied(String... ids) {
      flowUntil(
          () -> {
            Map<String, Answer> answers = answers();
            return Stream.of(ids).allMatch(id -> answers.getOrDefault(id, Answer.NONE).complete());
          });
      Map<String, Answer> answers = answers();
      for (String id : ids) {
        Answer answer = answers.getOrDefault(id, Answer.NONE);
        assertThat(answer.refusal()).as(id).isNull();
        assertThat(answer.applied()).as(id).isEqualTo(answer.subtasks()).isPositive();
      }
    }

    void flowUntil(BooleanSupplier done) {
      long aFile = (long) SensorFiles.STEPS_A_FILE * SensorFiles.SENSORS;
      boolean reached =
          Patience.await(
              PATIENCE,
              () -> {
                long published = (FILES - files.left()) * aFile;
                if (scores.count() > published - 2 * aFile) {
                  publish(1);
                }
                return done.getAsBoolean();
              });
      assertThat(reached).as("%d files left, answers %s", files.left(), answers()).isTrue();
    }

    void publish(int count) {
      try {
        files.publish(count);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    long from(String id) {
      return Instant.parse(Objects.requireNonNull(answers().get(id)).from()).toEpochMilli();
    }

    /** Whether a row's time is between the effects of two commands. */
    Predicate<JsonNode> between(String id, String undo) {
      long from = from(id);
      long to = from(undo);
      assertThat(from).isLessThan(to);
      return row -> {
        long time = Instant.parse(row.get("timestamp").asString()).toEpochMilli();
        return time >= from && time < to;
      };
    }
  }

  /** How many lines are committed. */
  private static final class Count {
    private final CommittedLines lines;
    private long count;

    Count(Path folder) {
      lines = new CommittedLines(folder);
    }

    long count() {
      count += lines.poll().size();
      return count;
    }
  }

  @Test
  void commandsUnderLoadAreAppliedByAllSubtasksAndUndoneWithoutARestart(@TempDir Path work)
      throws IOException {
    Run run = new Run(work);
    run.publish(8);
    List<String> streaming =
        new ArrayList<>(detect(run.files, run.output, "--control", run.control.toString()));
    streaming.addAll(
        List.of(
            "--continuous",
            "--set",
            "source.poll-interval=200 ms",
            "--set",
            "control.poll-interval=200 ms"));
    String job = Submission.detached(cluster, List.of("-p", "2"), streaming);
    Count models = new Count(run.output.resolve(Sinks.MODELS));
    run.flowUntil(() -> models.count() >= 2);
    String oldest =
        rows(run.output, Sinks.MODELS).stream()
            .map(row -> row.get("model_version").asString())
            .sorted()
            .findFirst()
            .orElseThrow();

    run.send("threshold", "set_threshold", "--sensors", "sensor-*3", "--threshold", "0.99");
    run.send("mute", "mute", "--sensors", "sensor-*7");
    run.send("promote", "promote", "--model-version", oldest);
    run.awaitApplied("threshold", "mute", "promote");
    run.send("rollback", "rollback");
    run.awaitApplied("rollback");
    for (String id : List.of("rollback", "promote", "mute", "threshold")) {
      run.send("undo-" + id, "undo", "--command", id);
    }
    run.awaitApplied("undo-rollback", "undo-promote", "undo-mute", "undo-threshold");

    run.publish(run.files.left());
    long expected = run.files.readings() - WAITING;
    assertThat(Patience.await(PATIENCE, () -> run.scores.count() >= expected)).isTrue();
    assertNeverRestarted(job);
    FlinkCli.Result drained = cluster.cli().run(List.of("stop", "--drain", job));
    assertThat(drained.exitCode()).as(drained.output()).isZero();
    assertThat(Patience.await(PATIENCE, () -> cluster.rest().jobState(job).equals("FINISHED")))
        .isTrue();

    assertSteered(run, oldest, work.resolve("undisturbed"));
  }

  private static void assertSteered(Run run, String oldest, Path undisturbed) {
    List<String> command = new ArrayList<>(List.of("run"));
    command.addAll(detect(run.files, undisturbed));
    FlinkCli.Result result = cluster.cli().run(command);
    assertThat(result.exitCode()).as(result.output()).isZero();

    Predicate<JsonNode> raised =
        run.between("threshold", "undo-threshold").and(row -> key(row).endsWith("3"));
    Predicate<JsonNode> muted = run.between("mute", "undo-mute").and(row -> key(row).endsWith("7"));
    Predicate<JsonNode> promoted = run.between("promote", "rollback");
    Predicate<JsonNode> otherModel = run.between("promote", "undo-promote");
    Predicate<JsonNode> touched = raised.or(muted).or(otherModel);
    List<JsonNode> scores = rows(run.output, Sinks.SCORES);

    assertThat(scores).hasSize(Math.toIntExact(run.files.readings()));
    assertThat(
            OutputDifference.between(
                texts(rows(undisturbed, Sinks.SCORES), touched.negate()),
                texts(scores, touched.negate())))
        .isEqualTo(OutputDifference.NONE);
    assertThat(
            OutputDifference.between(
                texts(rows(undisturbed, Sinks.MODELS), row -> true),
                texts(rows(run.output, Sinks.MODELS), row -> true)))
        .isEqualTo(OutputDifference.NONE);
    assertThat(scores)
        .filteredOn(raised)
        .isNotEmpty()
        .allMatch(row -> row.get("threshold").asDouble() == 0.99);
    assertThat(scores)
        .filteredOn(muted)
        .isNotEmpty()
        .allMatch(row -> row.path("muted").asBoolean());
    assertThat(rows(run.output, Sinks.ALERTS))
        .filteredOn(muted)
        .noneMatch(row -> row.get("state").asString().equals("opened"));
    assertThat(scores)
        .filteredOn(promoted)
        .isNotEmpty()
        .allMatch(row -> row.get("model_version").asString().equals(oldest));
    assertThat(scores)
        .filteredOn(run.between("rollback", "undo-rollback"))
        .isNotEmpty()
        .noneMatch(row -> row.get("model_version").asString().equals(oldest));
  }

  private static void assertNeverRestarted(String job) {
    FlinkRest rest = cluster.rest();
    assertThat(rest.checkpoints(job).restored()).isZero();
    for (JsonNode vertex : rest.get("/jobs/" + job).path("vertices")) {
      String path = "/jobs/" + job + "/vertices/" + vertex.path("id").asString();
      assertThat(rest.get(path).path("subtasks"))
          .isNotEmpty()
          .allMatch(subtask -> subtask.path("attempt").asInt() == 0);
    }
  }

  private static List<String> detect(SensorFiles files, Path output, String... options) {
    return Stream.concat(
            Stream.of(
                TestCluster.distribution().resolve("jobs/caddis.jar").toString(),
                "detect",
                "--input",
                files.input().toString(),
                "--output",
                output.toString(),
                "--alignment",
                "event-time",
                "--scope",
                "global",
                "--train-window",
                "10min"),
            Stream.of(options))
        .toList();
  }

  private static String key(JsonNode row) {
    return row.get("key").asString();
  }

  private static List<String> texts(List<JsonNode> rows, Predicate<JsonNode> condition) {
    return rows.stream().filter(condition).map(JsonNode::toString).toList();
  }

  private static List<JsonNode> rows(Path output, String folder) {
    return CommittedLines.readAll(output.resolve(folder)).stream()
        .map(line -> JsonMapper.shared().readTree(line))
        .toList();
  }
}
