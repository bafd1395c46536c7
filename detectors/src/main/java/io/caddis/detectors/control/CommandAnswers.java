// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.control;

import io.caddis.detectors.files.ResultFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a job has said about commands, out of its results. Reads each file once, and forgets what
 * was said about commands whose files have been deleted; not thread-safe.
 */
public final class CommandAnswers {
  private static final String INVALID = "invalid_command";

  private final ResultFolder acknowledgements;
  private final ResultFolder deadLetters;
  private final Map<String, Answer> answers = new HashMap<>();
  private final Map<String, Set<Integer>> applied = new HashMap<>();

  /** Why a file holds no command, by its name. */
  private final Map<String, String> faults = new HashMap<>();

  /** The commands of the last question. */
  private List<CommandFolder.Sent> asked = List.of();

  /**
   * @param output directory of the job's results
   */
  public CommandAnswers(Path output) {
    acknowledgements = new ResultFolder(output.resolve("control"));
    deadLetters = new ResultFolder(output.resolve("dead-letters"));
  }

  /**
   * What a job has said about a command.
   *
   * @param applied how many subtasks obey it
   * @param subtasks how many have to, 0 while none has spoken
   * @param from event time from which on it holds, null when unknown or from the first reading on
   * @param refusal why it was refused, null when it was not
   */
  public record Answer(int applied, int subtasks, @Nullable String from, @Nullable String refusal) {
    public static final Answer NONE = new Answer(0, 0, null, null);

    /** Whether there is nothing more to wait for. */
    public boolean complete() {
      return refusal != null || (subtasks > 0 && applied >= subtasks);
    }
  }

  /** What a job has said by now about each of these commands, by their ids. */
  public Map<String, Answer> of(List<CommandFolder.Sent> sent) throws IOException {
    acknowledgements.fresh().forEach(this::acknowledged);
    for (JsonNode letter : deadLetters.fresh(INVALID)) {
      if (letter.path("reason").asString("").equals(INVALID)) {
        faults.put(letter.path("source").asString(""), letter.path("detail").asString(""));
      }
    }
    forgetDeleted(sent);
    Map<String, Answer> said = new HashMap<>();
    for (CommandFolder.Sent command : sent) {
      Answer answer = answers.get(command.id());
      String fault = faults.get(command.file());
      if (answer != null) {
        said.put(command.id(), answer);
      } else if (fault != null) {
        said.put(command.id(), new Answer(0, 0, null, fault));
      }
    }
    return said;
  }

  private void forgetDeleted(List<CommandFolder.Sent> sent) {
    Set<String> there = sent.stream().map(CommandFolder.Sent::id).collect(Collectors.toSet());
    for (CommandFolder.Sent command : asked) {
      if (!there.contains(command.id())) {
        answers.remove(command.id());
        applied.remove(command.id());
        faults.remove(command.file());
      }
    }
    asked = sent;
  }

  private void acknowledged(JsonNode line) {
    String id = line.path("command").asString("");
    Set<Integer> subtasks = applied.computeIfAbsent(id, key -> new HashSet<>());
    boolean refused = line.path("state").asString("").equals("refused");
    if (!refused) {
      subtasks.add(line.path("subtask").asInt());
    }
    answers.put(
        id,
        new Answer(
            subtasks.size(),
            line.path("subtasks").asInt(),
            line.has("effective_from") ? line.path("effective_from").asString() : null,
            refused ? line.path("reason").asString() : null));
  }
}
