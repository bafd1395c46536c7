// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation.report;

import java.util.Map;

/** What the figures of an evaluation mean, in a few words each. */
final class FigureNames {
  static final Map<String, String> MEANINGS =
      Map.ofEntries(
          Map.entry("sensors", "with at least one scored reading"),
          Map.entry("readings", "scored"),
          Map.entry("roc_auc", "chance that an anomalous reading scores above a normal one; mean"),
          Map.entry("average_precision", "mean precision over the recall steps; mean of sensors"),
          Map.entry("best_f1", "highest F1 over all thresholds: knows the labels; mean"),
          Map.entry("vus_pr", "volume under the precision-recall surface; mean of sensors"),
          Map.entry("precision", "share of the flagged readings that are anomalous"),
          Map.entry("recall", "share of the anomalous readings that are flagged"),
          Map.entry("f1", "of precision and recall at the detector's threshold"),
          Map.entry("false_alarm_rate", "share of the normal readings that are flagged"),
          Map.entry("missed_alarm_rate", "share of the anomalous readings that are not flagged"),
          Map.entry("events", "runs of anomalous readings of a sensor"),
          Map.entry("events_detected", "with at least one flagged reading"),
          Map.entry("alarms", "runs of flagged readings of a sensor"),
          Map.entry("false_alarms", "without an anomalous reading"),
          Map.entry("event_recall", "share of the events that were detected"),
          Map.entry("event_precision", "share of the alarms that were right"),
          Map.entry("median_delay_readings", "readings from an event's begin to its first flag"),
          Map.entry("flagged_share", "share of all readings that are flagged"),
          Map.entry(
              "flagged_share_drift",
              "greatest distance of a window's flagged share from the expected one"));

  private FigureNames() {}
}
