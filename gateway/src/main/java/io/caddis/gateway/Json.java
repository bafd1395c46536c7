// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** How answers are written: fields in snake case, in the order of the records. */
public final class Json {
  static final String PROBLEM = "application/problem+json";
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .build();

  private Json() {}

  /** Answers with a record, a map or a list. */
  public static void write(Context context, Object answer) {
    context.contentType("application/json").result(MAPPER.writeValueAsBytes(answer));
  }

  /** A value as one line of JSON. */
  static String text(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  /** A problem as RFC 9457 has it. */
  static byte[] problem(ProblemException problem) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", problem.type());
    body.put("title", problem.title());
    body.put("status", problem.status());
    body.put("detail", String.valueOf(problem.getMessage()));
    if (!problem.errors().isEmpty()) {
      body.put("errors", problem.errors());
    }
    return MAPPER.writeValueAsBytes(body);
  }

  /** Refuses a request. */
  public static void write(Context context, ProblemException problem) {
    context.status(problem.status()).contentType(PROBLEM).result(problem(problem));
  }
}
