// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.control.CommandAnswers;
import io.caddis.detectors.control.CommandAnswers.Answer;
import io.caddis.detectors.control.CommandFolder;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
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
import tools.jackson.databind.JsonNode;

/** One job, its input and its commands; readings flow while commands are awaited. */
final class SteeredRun {
  private static final int FILES = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  final SensorFiles files;
  final Path control;
  final Path output;
  final Count scores;

  SteeredRun(Path work) throws IOException {
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
    CaddisCli.run(all.toArray(String[]::new));
  }

  Map<String, Answer> answers() {
    try {
      return new CommandAnswers(output).of(new CommandFolder(control).sent());
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

  /** How many lines are committed. */
  static final class Count {
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
}
