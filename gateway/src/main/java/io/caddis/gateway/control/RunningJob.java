// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.control;

import io.caddis.detectors.control.CommandAnswers;
import io.caddis.detectors.control.CommandAnswers.Answer;
import io.caddis.detectors.control.CommandFolder;
import io.caddis.detectors.control.CommandFolder.Sent;
import io.caddis.detectors.control.CommandJson;
import io.caddis.detectors.control.JobCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The job that takes commands, which is reached through the directory that it watches: neither the
 * gateway nor whoever asks it needs to know where the job runs, nor to be let into the cluster.
 * Thread-safe.
 */
public final class RunningJob {
  private final Path directory;
  private final CommandFolder commands;
  private final @Nullable CommandAnswers answers;
  private final InstantSource clock;

  /**
   * @param directory that the job watches; made when it is not there
   * @param output directory of its results, null when what it answers cannot be known
   * @throws IllegalArgumentException when the directory cannot be made
   */
  public RunningJob(Path directory, @Nullable Path output, InstantSource clock) {
    this.directory = directory;
    this.commands = new CommandFolder(directory);
    this.answers = output == null ? null : new CommandAnswers(output);
    this.clock = clock;
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "control must be a directory, or one that can be made, was " + directory, e);
    }
  }

  /**
   * A command and what the job has said about it.
   *
   * @param fresh whether it was sent just now, rather than before
   */
  public record Told(Sent sent, Answer answer, boolean fresh) {
    /** As it stands in answers. */
    public Map<String, Object> fields() {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("id", sent.id());
      JobCommand command = sent.command();
      if (command != null) {
        fields.put("type", command.type());
        if (command.model() != null) {
          fields.put("model", command.model());
          fields.put("version", command.versionOrAlias());
        }
      }
      String refusal = command == null ? sent.problem() : answer.refusal();
      boolean applied = answer.complete() && refusal == null;
      fields.put("state", refusal != null ? "refused" : applied ? "applied" : "sent");
      fields.put("applied", answer.applied());
      fields.put("subtasks", answer.subtasks());
      if (answer.from() != null) {
        fields.put("effective_from", answer.from());
      }
      if (refusal != null) {
        fields.put("reason", refusal);
      }
      fields.put("file", sent.file());
      return fields;
    }
  }

  /**
   * Sends a command. One that has been sent before is not sent again.
   *
   * @param json without an id it gets one
   * @throws IllegalArgumentException when it is no command, saying why
   * @throws IllegalStateException when another command has this id
   */
  public synchronized Told send(ObjectNode json) {
    if (!json.has("id")) {
      json.put("id", UUID.randomUUID().toString());
    }
    JobCommand command = CommandJson.parse(json.toString().getBytes(StandardCharsets.UTF_8));
    for (Told before : told()) {
      if (before.sent().id().equals(command.id())) {
        if (command.equals(before.sent().command())) {
          return before;
        }
        throw new IllegalStateException("id must be new, another command has " + command.id());
      }
    }
    try {
      if (!Files.isDirectory(directory)) {
        throw new NoSuchFileException(directory.toString());
      }
      return new Told(commands.send(json.toString(), clock.instant()), Answer.NONE, true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + directory, e);
    }
  }

  /**
   * Tells the job to score with a saved model.
   *
   * @param model its name in the registry
   * @param group whose model it is where groups have their own, null where one is for all
   */
  public Told promote(String model, String version, @Nullable String group) {
    return send(about(group).put("type", "promote").put("model", model).put("version", version));
  }

  /**
   * Tells the job to train a model at once.
   *
   * @param group whose model, null where one is for all
   */
  public Told retrain(@Nullable String group) {
    return send(about(group).put("type", "retrain"));
  }

  private static ObjectNode about(@Nullable String group) {
    ObjectNode command = JsonNodeFactory.instance.objectNode();
    if (group != null) {
      command.put("group", group);
    }
    return command;
  }

  /** The commands in the directory, oldest first. */
  public synchronized List<Told> told() {
    try {
      List<Sent> sent = commands.sent();
      Map<String, Answer> said = answers == null ? Map.of() : answers.of(sent);
      List<Told> told = new ArrayList<>();
      for (Sent one : sent) {
        told.add(new Told(one, said.getOrDefault(one.id(), Answer.NONE), false));
      }
      return told;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + directory, e);
    }
  }

  /** Whether commands can be sent. */
  public boolean reachable() {
    return Files.isWritable(directory);
  }
}
