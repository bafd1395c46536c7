// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation;

import io.caddis.detectors.evaluation.Segments.Segment;
import java.util.ArrayList;
import java.util.List;

/**
 * How good the detector's decisions are, event by event: an event is a run of anomalous rows of one
 * sensor, an alarm a run of flagged ones. Nothing is point-adjusted.
 *
 * @param events runs of anomalous rows
 * @param detected events with at least one flagged row
 * @param alarms runs of flagged rows
 * @param falseAlarms alarms without an anomalous row
 * @param medianDelayRows median over the detected events of the rows before the first flagged one;
 *     NaN when none was detected
 */
public record EventMetrics(
    int events, int detected, int alarms, int falseAlarms, double medianDelayRows) {

  public static EventMetrics of(List<LabelledSeries> all) {
    int events = 0;
    int alarms = 0;
    int falseAlarms = 0;
    List<Integer> delays = new ArrayList<>();
    for (LabelledSeries series : all) {
      for (Segment event : Segments.of(series.labels())) {
        events++;
        int delay = Segments.firstTrue(series.flags(), event);
        if (delay >= 0) {
          delays.add(delay);
        }
      }
      for (Segment alarm : Segments.of(series.flags())) {
        alarms++;
        falseAlarms += Segments.any(series.labels(), alarm) ? 0 : 1;
      }
    }
    return new EventMetrics(events, delays.size(), alarms, falseAlarms, median(delays));
  }

  /** Share of the events that were detected. */
  public double recall() {
    return (double) detected / events;
  }

  /** Share of the alarms that were right. */
  public double precision() {
    return (double) (alarms - falseAlarms) / alarms;
  }

  private static double median(List<Integer> values) {
    if (values.isEmpty()) {
      return Double.NaN;
    }
    int[] sorted = values.stream().mapToInt(Integer::intValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0;
  }
}
