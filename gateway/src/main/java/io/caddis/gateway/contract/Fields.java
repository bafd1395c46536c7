// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.contract;

import io.caddis.gateway.ProblemException.Field;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The fields of a request that the contract has let pass, as what they mean. */
public final class Fields {
  private final ObjectNode node;
  private final String prefix;

  private Fields(ObjectNode node, String prefix) {
    this.node = node;
    this.prefix = prefix;
  }

  /** Of a body. */
  public static Fields ofBody(ObjectNode body) {
    return new Fields(body, "/");
  }

  /** Of query parameters. */
  public static Fields ofQuery(ObjectNode query) {
    return new Fields(query, "?");
  }

  /** A text; null when it is not given. */
  public @Nullable String text(String name) {
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : value.asString();
  }

  /** A text, or another when it is not given. */
  public String text(String name, String otherwise) {
    String text = text(name);
    return text == null ? otherwise : text;
  }

  /** A flag; null when it is not given. */
  public @Nullable Boolean flag(String name) {
    JsonNode value = node.get(name);
    return value == null ? null : Boolean.valueOf(value.asBoolean());
  }

  /** A number, or another when it is not given. */
  public int number(String name, int otherwise) {
    JsonNode value = node.get(name);
    return value == null ? otherwise : value.asInt();
  }

  /** Epoch milliseconds of a moment; null when it is not given. */
  public @Nullable Long time(String name) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    try {
      // Years with a sign are beyond four digits: too far from others to tell how far.
      if (!text.startsWith("+") && !text.startsWith("-")) {
        return Instant.parse(text).toEpochMilli();
      }
    } catch (DateTimeException e) {
      // Told below.
    }
    throw invalid(name, "must be a time as in 2026-01-31T12:00:00Z, was " + text);
  }

  /** What to throw when a field is not as it must be. */
  public RuntimeException invalid(String name, String detail) {
    return Requests.invalid(List.of(new Field(prefix + name, detail)));
  }
}
