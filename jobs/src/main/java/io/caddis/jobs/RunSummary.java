// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.operators.OperatorMetrics;
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
 * @param counters by their names in {@link OperatorMetrics}
 * @param elapsed since the start
 */
public record RunSummary(Map<String, Long> counters, Duration elapsed) {
  /**
   * @param accumulators values by name; those that are not numbers are ignored
   */
  public static RunSummary of(Map<String, Object> accumulators, Duration elapsed) {
    Map<String, Long> counters = new LinkedHashMap<>();
    for (String name : OperatorMetrics.COUNTS) {
      counters.put(name, accumulators.get(name) instanceof Number n ? n.longValue() : 0L);
    }
    return new RunSummary(counters, elapsed);
  }

  /** One line for people. */
  public String text() {
    String imputed =
        count(OperatorMetrics.CELLS_IMPUTED) == 0
            ? ""
            : String.format(
                Locale.ROOT,
                " (%,d of them scored with a cell imputed)",
                count(OperatorMetrics.CELLS_IMPUTED));
    List<String> parts = new ArrayList<>();
    parts.add(counted(OperatorMetrics.READINGS, "row", "rows") + " read");
    parts.add(counted(OperatorMetrics.SCORED, "reading", "readings") + " scored");
    parts.add(counted(OperatorMetrics.ANOMALIES, "anomaly", "anomalies"));
    parts.add(counted(OperatorMetrics.DEAD_LETTERS, "dead letter", "dead letters") + imputed);
    if (count(OperatorMetrics.DUPLICATES) > 0) {
      parts.add(counted(OperatorMetrics.DUPLICATES, "duplicate", "duplicates"));
    }
    parts.add(String.format(Locale.ROOT, "%,d late", count(OperatorMetrics.LATE)));
    parts.add(
        String.format(Locale.ROOT, "%,d missed training", count(OperatorMetrics.MISSED_TRAINING)));
    parts.add(counted(OperatorMetrics.QUALITY_ISSUES, "quality issue", "quality issues"));
    parts.add(counted(OperatorMetrics.MODELS, "model", "models") + " trained");
    if (count(OperatorMetrics.MODELS_REFUSED) > 0) {
      parts.add(String.format(Locale.ROOT, "%,d refused", count(OperatorMetrics.MODELS_REFUSED)));
    }
    if (count(OperatorMetrics.MODELS_ROLLED_BACK) > 0) {
      parts.add(
          "%,d rolled back, %s"
              .formatted(
                  count(OperatorMetrics.MODELS_ROLLED_BACK),
                  counted(OperatorMetrics.RETRACTIONS, "alert", "alerts") + " retracted"));
    }
    return String.format(Locale.ROOT, "%s in %.1f s", String.join(", ", parts), seconds());
  }

  /** One line for programs. */
  public String json() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("rows_read", count(OperatorMetrics.READINGS));
    values.put("scored", count(OperatorMetrics.SCORED));
    values.put("anomalies", count(OperatorMetrics.ANOMALIES));
    values.put("dead_letters", count(OperatorMetrics.DEAD_LETTERS));
    values.put("cells_imputed", count(OperatorMetrics.CELLS_IMPUTED));
    values.put("duplicates", count(OperatorMetrics.DUPLICATES));
    values.put("late", count(OperatorMetrics.LATE));
    values.put("missed_training", count(OperatorMetrics.MISSED_TRAINING));
    values.put("quality_issues", count(OperatorMetrics.QUALITY_ISSUES));
    values.put("models_trained", count(OperatorMetrics.MODELS));
    values.put("models_refused", count(OperatorMetrics.MODELS_REFUSED));
    values.put("models_rolled_back", count(OperatorMetrics.MODELS_ROLLED_BACK));
    values.put("retractions", count(OperatorMetrics.RETRACTIONS));
    values.put("seconds", seconds());
    return JsonMapper.shared().writeValueAsString(values);
  }

  /** A short line for a terminal that is watched. */
  public String progress() {
    return String.format(
        Locale.ROOT,
        "%,d read · %,d scored · %,d anomalies · %,d models · %.0f s",
        count(OperatorMetrics.READINGS),
        count(OperatorMetrics.SCORED),
        count(OperatorMetrics.ANOMALIES),
        count(OperatorMetrics.MODELS),
        seconds());
  }

  /** Whether there were rows and none could be used. */
  boolean onlyDeadLetters() {
    return count(OperatorMetrics.READINGS) > 0
        && count(OperatorMetrics.DEAD_LETTERS) == count(OperatorMetrics.READINGS);
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
