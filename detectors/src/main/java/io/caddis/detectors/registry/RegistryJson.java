// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.registry;

import io.caddis.detectors.model.ModelFormatException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The JSON files of a registry: names in snake case, all of them, in the order of the records. */
final class RegistryJson {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .build();

  private RegistryJson() {}

  static byte[] write(Object value) {
    return (JSON.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * @throws ModelFormatException naming the file, when the bytes are not such a record
   */
  static <T> T read(byte[] bytes, Class<T> type, String file) {
    try {
      T value = JSON.readValue(bytes, type);
      if (value == null) {
        throw new ModelFormatException(file + " must hold an object, was null");
      }
      return value;
    } catch (JacksonException e) {
      throw new ModelFormatException(file + " is not valid: " + e.getOriginalMessage(), e);
    }
  }
}
