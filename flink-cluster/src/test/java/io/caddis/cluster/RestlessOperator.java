// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * An operator who never rests: models are promoted, rolled back, released and trained, thresholds
 * set, sensors muted, and all of it undone, in turns and through the gateway. Files of commands
 * that have been answered are deleted.
 */
final class RestlessOperator {
  private final GatewayProcess gateway;
  private final Path control;
  private final String registry;

  /** Commands without an answer: id to type. */
  private final Map<String, String> waiting = new LinkedHashMap<>();

  private final List<String> refused = new ArrayList<>();
  private String threshold = "";
  private String mute = "";
  private int sent;
  private int applied;

  /**
   * @param control directory of the commands
   * @param model its name in the registry
   */
  RestlessOperator(GatewayProcess gateway, Path control, String model) {
    this.gateway = gateway;
    this.control = control;
    this.registry = "/api/registry/" + model;
  }

  /** Gives the registry a champion and one before it, so that a rollback has somewhere to go. */
  void crown() {
    for (int version = 1; version >= 0; version--) {
      promote(version, false);
    }
  }

  /** Gives the next command. */
  void next() {
    switch (sent++ % 8) {
      case 0 -> await(promote(2, true).path("job"));
      case 1 ->
          threshold =
              command("{'type': 'set_threshold', 'sensors': 'sensor-0*', 'threshold': 0.7}");
      case 2 -> await(gateway.post(registry + "/rollback", "{}").path("job"));
      case 3 -> command("{'type': 'undo', 'command': '" + threshold + "'}");
      case 4 -> mute = command("{'type': 'mute', 'sensors': 'sensor-*7'}");
      case 5 -> command("{'type': 'unpin'}");
      case 6 -> command("{'type': 'retrain'}");
      default -> command("{'type': 'undo', 'command': '" + mute + "'}");
    }
  }

  /**
   * @param age how many versions came after it
   * @param job whether the job is to score with it
   */
  private JsonNode promote(int age, boolean job) {
    JsonNode versions = gateway.get(registry).path("versions");
    String version = versions.path(Math.min(age, versions.size() - 1)).path("version").asString();
    return gateway.post(
        registry + "/promote", "{\"version\": \"%s\", \"job\": %s}".formatted(version, job));
  }

  private String command(String json) {
    return await(gateway.post("/api/control", json.replace('\'', '"')));
  }

  private String await(JsonNode told) {
    String id = told.path("id").asString();
    waiting.put(id, told.path("type").asString());
    return id;
  }

  /** Looks what the job has answered. */
  void settle() {
    for (Map.Entry<String, String> command : Map.copyOf(waiting).entrySet()) {
      JsonNode told = gateway.get("/api/control/" + command.getKey());
      switch (told.path("state").asString()) {
        case "applied" -> applied++;
        case "refused" -> refused.add(command.getValue() + ": " + told.path("reason").asString());
        default -> {
          continue;
        }
      }
      waiting.remove(command.getKey());
      try {
        Files.delete(control.resolve(told.path("file").asString()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The types of the commands without an answer. */
  List<String> waiting() {
    return List.copyOf(waiting.values());
  }

  int sent() {
    return sent;
  }

  int applied() {
    return applied;
  }

  /** Type and reason of each command that was refused. */
  List<String> refused() {
    return List.copyOf(refused);
  }
}
