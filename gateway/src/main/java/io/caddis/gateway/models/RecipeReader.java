// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.detectors.detector.Autoencoder;
import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.IsolationForest;
import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.gateway.ProblemException;
import io.caddis.gateway.ProblemException.Field;
import io.caddis.gateway.contract.Requests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads recipes from requests that the contract allows: from a body or from query parameters. */
final class RecipeReader {
  private static final List<String> OF_AUTOENCODERS = List.of("epochs", "batch_size");
  private static final List<String> PARAMETERS =
      List.of("n_estimators", "max_samples", "n_neighbors", "epochs", "batch_size");

  private RecipeReader() {}

  /**
   * The recipe of a request.
   *
   * @param prefix of its fields in error messages, {@code /} or {@code ?}
   * @throws ProblemException 422 naming the field that is wrong
   */
  static Recipe read(JsonNode request, String prefix) {
    String detector = request.path("backend").asString(IsolationForest.NAME);
    Map<String, Object> parameters = new TreeMap<>();
    for (Map.Entry<String, JsonNode> parameter : request.path("parameters").properties()) {
      parameters.put(parameter.getKey(), value(parameter.getValue()));
    }
    for (String name : PARAMETERS) {
      boolean other = OF_AUTOENCODERS.contains(name) && !detector.equals(Autoencoder.NAME);
      if (request.has(name) && !other) {
        parameters.put(name, value(request.get(name)));
      }
    }
    try {
      if (StreamDetectors.NAMES.contains(detector)) {
        StreamDetectors.byName(detector, parameters);
      } else {
        Detectors.byName(detector, parameters);
      }
      return new Recipe(
          detector,
          parameters,
          schema(request.path("schema")),
          rule(request),
          Scaling.valueOf(request.path("scaler_type").asString("robust").toUpperCase(Locale.ROOT)),
          request.path("random_state").asLong(42),
          calendar(request.path("calendar")));
    } catch (IllegalArgumentException e) {
      throw refused(request, prefix, String.valueOf(e.getMessage()));
    }
  }

  private static Object value(JsonNode node) {
    if (node.isIntegralNumber()) {
      return node.asLong();
    }
    return node.isNumber() ? (Object) node.doubleValue() : node.asString();
  }

  private static Map<String, Encoding> schema(JsonNode given) {
    Map<String, Encoding> schema = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : given.properties()) {
      schema.put(
          field.getKey(), Encoding.valueOf(field.getValue().asString().toUpperCase(Locale.ROOT)));
    }
    return schema;
  }

  /** What was asked for, null when nothing was. */
  private static @Nullable ThresholdRule rule(JsonNode request) {
    String method = request.path("threshold_method").asString("");
    double value = request.path("threshold_value").asDouble(Double.NaN);
    boolean given = !Double.isNaN(value);
    return switch (method) {
      case "percentile" -> new ThresholdRule(ThresholdRule.Method.PERCENTILE, given ? value : 95);
      case "std" -> new ThresholdRule(ThresholdRule.Method.STD, given ? value : 3);
      case "fixed" -> new ThresholdRule(ThresholdRule.Method.FIXED, given ? value : 0.5);
      default -> {
        if (given) {
          throw new IllegalArgumentException(
              "threshold_value must come with a threshold_method, came without");
        }
        yield request.has("contamination")
            ? new ThresholdRule(
                ThresholdRule.Method.CONTAMINATION, request.get("contamination").asDouble())
            : null;
      }
    };
  }

  private static List<CalendarFeature> calendar(JsonNode given) {
    List<CalendarFeature> calendar = new ArrayList<>();
    if (given.isString()) {
      for (String name : given.asString().split(",", -1)) {
        calendar.add(CalendarFeature.valueOf(name.toUpperCase(Locale.ROOT)));
      }
    } else {
      for (JsonNode name : given) {
        calendar.add(CalendarFeature.valueOf(name.asString().toUpperCase(Locale.ROOT)));
      }
    }
    if (calendar.stream().distinct().count() < calendar.size()) {
      throw new IllegalArgumentException("calendar must name each feature once");
    }
    return calendar;
  }

  /** Messages about a value begin with its name, so it can be pointed at. */
  private static ProblemException refused(JsonNode request, String prefix, String message) {
    String first = message.substring(0, Math.max(0, message.indexOf(' ')));
    if (first.equals("percentile") || first.equals("std") || first.equals("fixed")) {
      first = "threshold_value";
    }
    String pointer = request.has(first) ? prefix + first : "";
    String detail =
        pointer.isEmpty() ? ": " + message : message.substring(message.indexOf(' ') + 1);
    return Requests.invalid(List.of(new Field(pointer, detail)));
  }
}
