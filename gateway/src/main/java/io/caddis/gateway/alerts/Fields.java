// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.alerts;

import io.caddis.gateway.ProblemException.Field;
import io.caddis.gateway.contract.Requests;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The fields of a request that the contract has let pass, as what they mean. */
final class Fields {
  private final ObjectNode node;
  private final String prefix;

  private Fields(ObjectNode node, String prefix) {
    this.node = node;
    this.prefix = prefix;
  }

  static Fields ofBody(ObjectNode body) {
    return new Fields(body, "/");
  }

  static Fields ofQuery(ObjectNode query) {
    return new Fields(query, "?");
  }

  @Nullable String text(String name) {
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : value.asString();
  }

  String text(String name, String otherwise) {
    String text = text(name);
    return text == null ? otherwise : text;
  }

  @Nullable Boolean flag(String name) {
    JsonNode value = node.get(name);
    return value == null ? null : Boolean.valueOf(value.asBoolean());
  }

  int number(String name, int otherwise) {
    JsonNode value = node.get(name);
    return value == null ? otherwise : value.asInt();
  }

  /** Epoch milliseconds of a moment; null when it is not given. */
  @Nullable Long time(String name) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    try {
      return Instant.parse(text).toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw invalid(name, "must be a time as in 2026-01-31T12:00:00Z, was " + text);
    }
  }

  RuntimeException invalid(String name, String detail) {
    return Requests.invalid(List.of(new Field(prefix + name, detail)));
  }
}
