// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.gateway.Limits;
import io.caddis.gateway.Metrics;
import io.caddis.gateway.contract.Requests;
import io.caddis.gateway.control.RunningJob;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What all routes around models share.
 *
 * @param defaultModel name of the model that is meant where none is named
 * @param job that scores with the models it is told to, null when there is none
 */
public record Serving(
    String defaultModel,
    ModelShelf shelf,
    Requests requests,
    Limits limits,
    Metrics metrics,
    Usage usage,
    InstantSource clock,
    @Nullable RunningJob job,
    Trainings trainings) {

  public Serving(
      String defaultModel,
      ModelShelf shelf,
      Requests requests,
      Limits limits,
      Metrics metrics,
      Usage usage,
      InstantSource clock,
      @Nullable RunningJob job) {
    this(
        defaultModel,
        shelf,
        requests,
        limits,
        metrics,
        usage,
        clock,
        job,
        new Trainings(shelf, limits, metrics));
  }

  /** The name of the model that query parameters ask for. */
  String name(JsonNode query) {
    return query.path("model").asString(defaultModel);
  }

  /** The model that query parameters ask for. */
  ServedModel asked(JsonNode query) {
    return shelf.get(name(query), null);
  }

  /**
   * Has the running job, if there is one and the request does not say otherwise, score with a saved
   * model; the answer tells the command.
   */
  void deploy(ServedModel served, JsonNode request, Map<String, Object> answer) {
    RunningJob told = jobFor(request);
    if (told != null) {
      answer.put("job", told.promote(served.stored(), served.version(), group(request)).fields());
    }
  }

  /** The running job, null when there is none or the request is not to reach it. */
  public @Nullable RunningJob jobFor(JsonNode request) {
    return request.path("job").asBoolean(true) ? job : null;
  }

  /** Whose model of the job a request is about, null when it does not say. */
  static @Nullable String group(JsonNode request) {
    return request.has("group") ? request.get("group").stringValue() : null;
  }

  /** Scores the rows of a request, and counts them. */
  Scores scores(
      ServedModel served,
      JsonNode rows,
      String pointer,
      @Nullable Double threshold,
      boolean explain) {
    return counted(() -> Scores.of(served, rows, pointer, settings(threshold, explain)));
  }

  /** Scores the one row of a request, and counts it. */
  Scores scoreOf(
      ServedModel served,
      JsonNode row,
      String pointer,
      @Nullable Double threshold,
      boolean explain) {
    return counted(() -> Scores.ofOne(served, row, pointer, settings(threshold, explain)));
  }

  private Scores.Settings settings(@Nullable Double threshold, boolean explain) {
    return new Scores.Settings(threshold, explain, limits.scoring());
  }

  private Scores counted(Supplier<Scores> scoring) {
    long begin = System.nanoTime();
    Scores scores = scoring.get();
    usage.add(scores.rows().size(), scores.anomalies(), System.nanoTime() - begin);
    metrics.scored(scores.rows().size(), scores.anomalies());
    return scores;
  }

  /** The threshold that a request asks for, null when it asks for none. */
  static @Nullable Double threshold(JsonNode request) {
    JsonNode threshold = request.path("threshold");
    return threshold.isNumber() ? threshold.doubleValue() : null;
  }
}
