// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.models;

import io.caddis.detectors.event.Attribution;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.stream.SensorScorer;
import io.caddis.detectors.stream.SensorStates;
import io.caddis.gateway.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The scores of the rows of a request.
 *
 * @param rows in their order
 * @param anomalies how many of them are
 * @param threshold score from which on they are
 */
record Scores(List<Scored> rows, int anomalies, double threshold) {
  /**
   * The score of one row.
   *
   * @param raw the detector's own
   * @param score 0 to 1
   * @param imputed features that the row lacks
   * @param ignored fields of the row that do not count
   * @param timestamp of the row as written, null when it has none
   * @param attribution null when it was not asked for
   */
  record Scored(
      double raw,
      double score,
      boolean anomaly,
      List<String> imputed,
      List<String> ignored,
      @Nullable String timestamp,
      @Nullable Attribution attribution) {
    int prediction() {
      return anomaly ? -1 : 1;
    }
  }

  /** Index of the row with the highest score, the first of them. */
  int worst() {
    int worst = 0;
    for (int i = 1; i < rows.size(); i++) {
      worst = rows.get(i).score() > rows.get(worst).score() ? i : worst;
    }
    return worst;
  }

  /** Index of the row with the lowest score, the first of them. */
  int best() {
    int best = 0;
    for (int i = 1; i < rows.size(); i++) {
      best = rows.get(i).score() < rows.get(best).score() ? i : best;
    }
    return best;
  }

  /**
   * How to score.
   *
   * @param threshold for this request, null for the model's own
   * @param explain whether to find out which features made the scores
   * @param most time that all rows may take
   */
  record Settings(@Nullable Double threshold, boolean explain, Duration most) {}

  /**
   * Scores many rows.
   *
   * @param pointer of the rows in the request
   * @throws ProblemException when a row cannot be scored, or time is up
   */
  static Scores of(ServedModel served, JsonNode rows, String pointer, Settings settings) {
    double threshold = threshold(served, settings);
    SensorScorer sensors = sensors(served);
    List<Scored> scored = new ArrayList<>(rows.size());
    int anomalies = 0;
    long begin = System.nanoTime();
    for (JsonNode row : rows) {
      Scored one = one(served, sensors, row, pointer, scored.size(), threshold, settings.explain());
      anomalies += one.anomaly() ? 1 : 0;
      scored.add(one);
      if (System.nanoTime() - begin > settings.most().toNanos()) {
        throw new ProblemException(
            503,
            "Too slow",
            "scoring must end within %d s, had done %d of %d rows: send fewer rows"
                .formatted(settings.most().toSeconds(), scored.size(), rows.size()));
      }
    }
    return new Scores(scored, anomalies, threshold);
  }

  /** Scores a row that stands alone. */
  static Scores ofOne(ServedModel served, JsonNode row, String pointer, Settings settings) {
    double threshold = threshold(served, settings);
    Scored one = one(served, sensors(served), row, pointer, -1, threshold, settings.explain());
    return new Scores(List.of(one), one.anomaly() ? 1 : 0, threshold);
  }

  /** What a detector that learns by sensor goes on from; this request's rows teach no other. */
  private static @Nullable SensorScorer sensors(ServedModel served) {
    SensorStates states = served.model().sensors();
    return states == null ? null : states.scorer();
  }

  private static double threshold(ServedModel served, Settings settings) {
    Double threshold = settings.threshold();
    return threshold == null ? served.model().threshold() : threshold;
  }

  private static Scored one(
      ServedModel served,
      @Nullable SensorScorer sensors,
      JsonNode row,
      String pointer,
      int index,
      double threshold,
      boolean explain) {
    Model model = served.model();
    RowReader.Values values = served.reader().read(row, pointer, index, served.newFields());
    SensorScorer.Scored result =
        sensors == null
            ? byItself(model, values, explain)
            : inTurn(sensors, model, values, explain, pointer);
    return new Scored(
        result.raw(),
        result.score(),
        result.score() >= threshold,
        list(model.imputed(values.numbers, values.texts)),
        ignored(model.ignored(values.numbers, values.texts), values.unknown()),
        values.timestamp(),
        result.attribution());
  }

  private static SensorScorer.Scored byItself(
      Model model, RowReader.Values values, boolean explain) {
    double raw = model.rawScore(values.numbers, values.texts);
    return new SensorScorer.Scored(
        raw, model.score(raw), explain ? model.explain(values.numbers, values.texts) : null);
  }

  private static SensorScorer.Scored inTurn(
      SensorScorer sensors, Model model, RowReader.Values values, boolean explain, String pointer) {
    String[] names = explain ? model.used().toArray(String[]::new) : null;
    try {
      return sensors.score(values.key(), values.time(), values.numbers, names);
    } catch (IllegalArgumentException tooMany) {
      throw RowReader.refused(pointer, -1, null, "must be of fewer: " + tooMany.getMessage());
    }
  }

  private static List<String> ignored(String @Nullable [] unused, @Nullable List<String> unknown) {
    if (unknown == null) {
      return list(unused);
    }
    List<String> all = new ArrayList<>(list(unused));
    all.addAll(unknown);
    return all;
  }

  private static List<String> list(String @Nullable [] names) {
    return names == null ? List.of() : List.of(names);
  }
}
