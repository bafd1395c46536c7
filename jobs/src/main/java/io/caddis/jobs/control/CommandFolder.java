// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.control;

import io.caddis.jobs.sink.ResultFolder;
import io.caddis.jobs.sink.Sinks;
import io.caddis.jobs.source.Publish;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A control directory as those see it who write commands: sends them, and reads what jobs have said
 * about them.
 */
public final class CommandFolder {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

  private final Path directory;

  public CommandFolder(Path directory) {
    this.directory = directory;
  }

  /**
   * A command that has been sent.
   *
   * @param file its name
   * @param parsed the command, null when the file holds none
   * @param problem why it holds none, null when it holds one
   */
  public record Sent(String file, CommandJson.@Nullable Parsed parsed, @Nullable String problem) {
    /** The command's id, or else the file's name. */
    public String id() {
      return parsed == null ? file : parsed.command().id();
    }
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

  /**
   * Sends a command: puts it into the directory, whole or not at all, under a name that sorts by
   * time.
   *
   * @param json what {@link CommandJson} takes, with an id
   * @throws IllegalArgumentException when it is no command, or there is no such directory
   */
  public void send(String json, Instant now) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new IllegalArgumentException(
          "--control must be an existing directory, was " + directory);
    }
    byte[] content = (json + "\n").getBytes(StandardCharsets.UTF_8);
    var command = CommandJson.parse("", content).command();
    if (sent().stream().anyMatch(other -> other.id().equals(command.id()))) {
      throw new IllegalArgumentException("--id must be new to the directory, was " + command.id());
    }
    String file =
        TIME.format(now) + '-' + CommandJson.name(command.type()) + '-' + command.id() + ".json";
    Publish.file(new ByteArrayInputStream(content), directory.resolve(file));
  }

  /** The commands in the directory, by the names of their files, which is the order of sending. */
  public List<Sent> sent() throws IOException {
    List<Sent> all = new ArrayList<>();
    for (Path file : new ResultFolder(directory).committed()) {
      String name = file.getFileName().toString();
      try (InputStream in = Files.newInputStream(file)) {
        byte[] content = in.readNBytes(CommandJson.MAX_BYTES);
        all.add(new Sent(name, CommandJson.parse(name, content), null));
      } catch (IllegalArgumentException e) {
        all.add(new Sent(name, null, String.valueOf(e.getMessage())));
      }
    }
    return all;
  }

  /**
   * What a job has said about each of the commands, by their ids.
   *
   * @param output directory of its results
   */
  public static Map<String, Answer> answers(List<Sent> sent, Path output) throws IOException {
    Map<String, Answer> answers = new HashMap<>();
    Map<String, Set<Integer>> applied = new HashMap<>();
    for (JsonNode said : new ResultFolder(output.resolve(Sinks.CONTROL)).fresh()) {
      String id = said.path("command").asString();
      Set<Integer> subtasks = applied.computeIfAbsent(id, key -> new HashSet<>());
      boolean refused = said.path("state").asString().equals("refused");
      if (!refused) {
        subtasks.add(said.path("subtask").asInt());
      }
      answers.put(
          id,
          new Answer(
              subtasks.size(),
              said.path("subtasks").asInt(),
              said.has("effective_from") ? said.path("effective_from").asString() : null,
              refused ? said.path("reason").asString() : null));
    }
    Map<String, String> deadLetters = new HashMap<>();
    for (JsonNode letter : new ResultFolder(output.resolve(Sinks.DEAD_LETTERS)).fresh()) {
      if (letter.path("reason").asString().equals("invalid_command")) {
        deadLetters.put(letter.path("source").asString(), letter.path("detail").asString());
      }
    }
    for (Sent command : sent) {
      String detail = deadLetters.get(command.file());
      if (detail != null) {
        answers.putIfAbsent(command.id(), new Answer(0, 0, null, detail));
      }
    }
    return answers;
  }
}
