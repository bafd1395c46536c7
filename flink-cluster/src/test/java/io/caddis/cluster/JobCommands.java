// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.control.CommandAnswers;
import io.caddis.detectors.control.CommandAnswers.Answer;
import io.caddis.detectors.control.CommandFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The commands to one job, and what it has said to them.
 *
 * @param directory in which the job looks for commands
 * @param output of the job
 */
record JobCommands(Path directory, Path output) {
  /** Sends a command, as a user does. */
  void send(String id, String... args) {
    List<String> all = new ArrayList<>(List.of("control", "send"));
    all.addAll(List.of(args));
    all.addAll(List.of("--id", id, "--control", directory.toString()));
    CaddisCli.run(all.toArray(String[]::new));
  }

  Map<String, Answer> answers() {
    try {
      return new CommandAnswers(output).of(new CommandFolder(directory).sent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether all have been answered, by all subtasks. */
  boolean answered(String... ids) {
    Map<String, Answer> answers = answers();
    return Stream.of(ids).allMatch(id -> answers.getOrDefault(id, Answer.NONE).complete());
  }

  void assertApplied(String... ids) {
    Map<String, Answer> answers = answers();
    for (String id : ids) {
      Answer answer = answers.getOrDefault(id, Answer.NONE);
      assertThat(answer.refusal()).as(id).isNull();
      assertThat(answer.applied()).as(id).isEqualTo(answer.subtasks()).isPositive();
    }
  }

  /** Since when a command holds, event time in epoch milliseconds. */
  long from(String id) {
    return Instant.parse(Objects.requireNonNull(answers().get(id)).from()).toEpochMilli();
  }
}
