// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.detectors.parse.SchemaInference;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Training rows as lines of JSON, so that they are learned from exactly as a file of the same lines
 * is. The values of an array are named {@code f0}, {@code f1} and so on.
 *
 * @param lines one object each, UTF-8, without the end of line
 */
record RowLines(List<byte[]> lines) implements SchemaInference.Input {
  /**
   * Rows of a request.
   *
   * @param pointer of the rows
   * @throws io.caddis.gateway.ProblemException when one of them is no row
   */
  static RowLines of(JsonNode rows, String pointer) {
    List<byte[]> lines = new ArrayList<>(rows.size());
    JsonNode first = rows.get(0);
    for (int i = 0; i < rows.size(); i++) {
      JsonNode row = rows.get(i);
      if (!row.isContainer() || row.isArray() != first.isArray()) {
        throw RowReader.refused(
            pointer, i, null, "must be " + RowReader.kind(first) + " like the first row");
      }
      if (row.size() > RowReader.MOST_FIELDS) {
        throw RowReader.refused(
            pointer, i, null, "must have at most %d values".formatted(RowReader.MOST_FIELDS));
      }
      if (row.isArray() && row.size() != first.size()) {
        throw RowReader.refused(
            pointer,
            i,
            null,
            "must have as many values as the first row, %d, had %d"
                .formatted(first.size(), row.size()));
      }
      lines.add(line(row, pointer, i));
    }
    return new RowLines(lines);
  }

  private static byte[] line(JsonNode row, String pointer, int index) {
    ObjectNode named = JsonNodeFactory.instance.objectNode();
    if (row.isArray()) {
      for (int i = 0; i < row.size(); i++) {
        named.set("f" + i, checked(row.get(i), pointer, index, String.valueOf(i)));
      }
    } else {
      for (Map.Entry<String, JsonNode> field : row.properties()) {
        named.set(field.getKey(), checked(field.getValue(), pointer, index, field.getKey()));
      }
    }
    return named.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static JsonNode checked(JsonNode value, String pointer, int index, String field) {
    if (value.isContainer()) {
      throw RowReader.refused(
          pointer,
          index,
          field,
          "must be a number, text, true, false or null, was " + RowReader.kind(value));
    }
    RowReader.checkFinite(value, pointer, index, field);
    if (value.isString() && value.asString().length() > RowReader.MOST_CHARS) {
      throw RowReader.refused(
          pointer,
          index,
          field,
          "must be text of at most " + RowReader.MOST_CHARS + " characters, was longer");
    }
    return value;
  }

  @Override
  public String name() {
    return "rows.jsonl";
  }

  @Override
  public InputStream open() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] line : lines) {
      all.writeBytes(line);
      all.write('\n');
    }
    return new ByteArrayInputStream(all.toByteArray());
  }
}
