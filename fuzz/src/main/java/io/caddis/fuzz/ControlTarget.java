// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import static io.caddis.fuzz.Target.require;

import io.caddis.detectors.control.CommandJson;
import io.caddis.detectors.control.JobCommand;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Commands to a running job: refused, or a command that is the same when it is written again. */
final class ControlTarget implements Target {
  private static final JsonMapper JSON = new JsonMapper();

  @Override
  public List<byte[]> seeds() {
    String from = "\"from\": \"2026-01-01T00:00:00Z\", \"to\": \"2026-01-02T00:00:00.5Z\"";
    return List.of(
            "{\"type\": \"set_threshold\", \"sensors\": \"pump-*\", \"threshold\": 0.8}",
            "{\"id\": \"a-1\", \"type\": \"mute\", \"effective_from\": \"2026-01-01T00:00:00Z\","
                + " \"until\": \"2026-01-01T01:00:00Z\"}",
            "{\"type\": \"maintenance\", \"sensors\": \"p\", " + from + "}",
            "{\"type\": \"promote\", \"model\": \"pumps\", \"version\": \"latest\","
                + " \"share\": 0.1}",
            "{\"type\": \"label\", \"label\": \"anomaly\", " + from + "}",
            "{\"type\": \"accept\", " + from + "}",
            "{\"type\": \"drop_feature\", \"feature\": \"x*\", \"sensors\": \"p\"}",
            "{\"type\": \"undo\", \"command\": \"a-1\"}",
            "{\"type\": \"retrain\", \"group\": \"g\"}")
        .stream()
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public void read(byte[] input) {
    JobCommand command;
    try {
      command = CommandJson.parse(input);
    } catch (IllegalArgumentException e) {
      require(e.getMessage() != null && e.getMessage().length() < 1_000, "a reason must be short");
      return;
    }
    require(command.equals(CommandJson.parse(input)), "the same file must be the same command");
    JobCommand again = CommandJson.parse(JSON.writeValueAsBytes(json(command)));
    require(command.equals(again), "written again it must be %s, was %s", command, again);
  }

  private static Map<String, Object> json(JobCommand command) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", command.id());
    json.put("type", command.type());
    boolean maintenance = command.type().equals("maintenance");
    if (!command.sensors().equals("*")) {
      json.put("sensors", command.sensors());
    }
    put(json, "group", command.group());
    put(json, "model", command.model());
    put(json, "version", command.version());
    put(json, "command", command.target());
    put(json, "feature", command.feature());
    if (!Double.isNaN(command.threshold())) {
      json.put("threshold", command.threshold());
    }
    if (command.share() > 0) {
      json.put("share", command.share());
    }
    put(json, maintenance ? "from" : "effective_from", command.from());
    put(json, maintenance ? "to" : "until", command.to());
    JobCommand.Span span = command.span();
    if (span != null) {
      put(json, "from", span.from());
      put(json, "to", span.to());
      if (command.type().equals("label")) {
        json.put("label", span.normal() ? "normal" : "anomaly");
      }
    }
    return json;
  }

  private static void put(Map<String, Object> json, String key, @Nullable Object value) {
    if (value != null) {
      json.put(key, value.toString());
    }
  }
}
