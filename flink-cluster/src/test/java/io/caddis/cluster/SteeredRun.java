// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** One job, its input and its commands; readings flow while commands are awaited. */
final class SteeredRun {
  private static final int FILES = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(300);

  final SensorFiles files;
  final Path control;
  final Path output;
  private final JobCommands commands;
  final Count scores;

  SteeredRun(Path work) throws IOException {
    files = new SensorFiles(work, FILES);
    control = Files.createDirectories(work.resolve("control"));
    output = work.resolve("output");
    commands = new JobCommands(control, output);
    scores = new Count(output.resolve(Sinks.SCORES));
  }

  /** Sends a command, as a user does. */
  void send(String id, String... args) {
    commands.send(id, args);
  }

  /** Lets readings flow, about two files at a time, until all commands have been answered. */
  void awaitApplied(String... ids) {
    flowUntil(() -> commands.answered(ids));
    commands.assertApplied(ids);
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
    assertThat(reached).as("%d files left, answers %s", files.left(), commands.answers()).isTrue();
  }

  void publish(int count) {
    try {
      files.publish(count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a row's time is between the effects of two commands. */
  Predicate<JsonNode> between(String id, String undo) {
    long from = commands.from(id);
    long to = commands.from(undo);
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
      lines.poll(line -> count++);
      return count;
    }
  }
}
