// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Flink's {@code config.yaml} as a flat map from option to value. */
final class FlinkConfigFile {
  private static final YAMLMapper YAML = new YAMLMapper();

  private FlinkConfigFile() {}

  /** Reads a file; keys may be nested or dotted, an option without a value is as one not there. */
  static Map<String, String> read(Path file) throws IOException {
    Map<String, String> options = new TreeMap<>();
    try {
      flatten("", YAML.readTree(Files.readString(file)), options);
    } catch (JacksonException e) {
      throw new ClusterException(file + " is not valid YAML: " + e.getOriginalMessage(), e);
    }
    return options;
  }

  static void write(Map<String, String> options, Path file) throws IOException {
    String header =
        "# Written by ./caddis up from conf/config.yaml; the next start overwrites it.\n";
    Files.writeString(file, header + YAML.writeValueAsString(new TreeMap<>(options)));
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> into) {
    for (Map.Entry<String, JsonNode> property : node.properties()) {
      String name = prefix + property.getKey();
      JsonNode value = property.getValue();
      if (value.isObject()) {
        flatten(name + ".", value, into);
      } else if (value.isArray()) {
        into.put(
            name, value.valueStream().map(JsonNode::asString).collect(Collectors.joining(";")));
      } else if (!value.isNull()) {
        into.put(name, value.asString());
      }
    }
  }
}
