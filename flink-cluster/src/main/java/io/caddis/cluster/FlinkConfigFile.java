// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Flink's {@code config.yaml} as a flat map from option to value. */
final class FlinkConfigFile {
  private static final YAMLMapper YAML = new YAMLMapper();

  private FlinkConfigFile() {}

  /** Reads a file; keys may be nested or dotted. */
  static Map<String, String> read(Path file) throws IOException {
    Map<String, String> options = new TreeMap<>();
    try {
      if (YAML.readValue(Files.readString(file), Object.class) instanceof Map<?, ?> root) {
        flatten("", root, options);
      }
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

  private static void flatten(String prefix, Map<?, ?> node, Map<String, String> into) {
    node.forEach(
        (key, value) -> {
          String name = prefix + key;
          if (value instanceof Map<?, ?> child) {
            flatten(name + ".", child, into);
          } else if (value instanceof List<?> list) {
            into.put(name, list.stream().map(String::valueOf).collect(Collectors.joining(";")));
          } else {
            into.put(name, String.valueOf(value));
          }
        });
  }
}
