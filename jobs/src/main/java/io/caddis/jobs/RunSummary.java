// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run has done so far, from the job's accumulators; those that are missing count as 0.
 *
 * @param counters by name: {@code readings} (lines read that are no headers), {@code scored},
 *     {@code anomalies}, {@code deadLetters}, {@code cellsImputed} (dead letters whose reading was
 *     scored all the same), {@code duplicates}, {@code late}, {@code missedTraining}, {@code
 *     models}
 * @param elapsed since the start
 */
public record RunSummary(Map<String, Long> counters, Duration elapsed) {
  private static final List<String> NAMES =
      List.of(
          "readings",
          "scored",
          "anomalies",
          "deadLetters",
          "cellsImputed",
          "duplicates",
          "late",
          "missedTraining",
          "models");

  /**
   * @param accumulators values by name; those that are not numbers are ignored
   */
  public static RunSummary of(Map<String, Object> accumulators, Duration elapsed) {
    Map<String, Long> counters = new LinkedHashMap<>();
    for (String name : NAMES) {
      counters.put(name, accumulators.get(name) instanceof Number n ? n.longValue() : 0L);
    }
    return new RunSummary(counters, elapsed);
  }

  /** One line for people. */
  public String text() {
    String imputed =
        count("cellsImputed") == 0
            ? ""
            : String.format(
                Locale.ROOT, " (%,d of them scored with a cell imputed)", count("cellsImputed"));
    List<String> parts = new ArrayList<>();
    parts.add(counted("readings", "row", "rows") + " read");
    parts.add(counted("scored", "reading", "readings") + " scored");
    parts.add(counted("anomalies", "anomaly", "anomalies"));
    parts.add(counted("deadLetters", "dead letter", "dead letters") + imputed);
    if (count("duplicates") > 0) {
      parts.add(counted("duplicates", "duplicate", "duplicates"));
    }
    parts.add(String.format(Locale.ROOT, "%,d late", count("late")));
    parts.add(String.format(Locale.ROOT, "%,d missed training", count("missedTraining")));
    parts.add(counted("models", "model", "models") + " trained");
    return String.format(Locale.ROOT, "%s in %.1f s", String.join(", ", parts), seconds());
  }

  /** One line for programs. */
  public String json() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("rows_read", count("readings"));
    values.put("scored", count("scored"));
    values.put("anomalies", count("anomalies"));
    values.put("dead_letters", count("deadLetters"));
    values.put("cells_imputed", count("cellsImputed"));
    values.put("duplicates", count("duplicates"));
    values.put("late", count("late"));
    values.put("missed_training", count("missedTraining"));
    values.put("models_trained", count("models"));
    values.put("seconds", seconds());
    return JsonMapper.shared().writeValueAsString(values);
  }

  /** A short line for a terminal that is watched. */
  public String progress() {
    return String.format(
        Locale.ROOT,
        "%,d read · %,d scored · %,d anomalies · %,d models · %.0f s",
        count("readings"),
        count("scored"),
        count("anomalies"),
        count("models"),
        seconds());
  }

  private double seconds() {
    return elapsed.toMillis() / 1000.0;
  }

  private long count(String name) {
    return counters.getOrDefault(name, 0L);
  }

  private String counted(String name, String one, String many) {
    long count = count(name);
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
  }
}
