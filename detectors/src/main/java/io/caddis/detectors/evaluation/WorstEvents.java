// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation;

import io.caddis.detectors.evaluation.Segments.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The events on which a detector did worst: those it missed, and its loudest false alarms. */
public final class WorstEvents {
  /** What went wrong. */
  public enum Kind {
    /** Labelled, and no reading of it was flagged. */
    MISSED,
    /** Flagged, and no reading of it was labelled. */
    FALSE_ALARM
  }

  /**
   * A run of consecutive readings of one sensor.
   *
   * @param start time of its first reading, epoch milliseconds
   * @param end time of its last reading
   * @param peak highest score in it
   */
  public record Event(Kind kind, String key, long start, long end, int readings, double peak) {}

  private WorstEvents() {}

  /**
   * Finds them.
   *
   * @param most how many of each kind: the longest missed events, the false alarms with the highest
   *     scores
   */
  public static List<Event> of(List<LabelledSeries> all, int most) {
    List<Event> missed = new ArrayList<>();
    List<Event> falseAlarms = new ArrayList<>();
    for (LabelledSeries series : all) {
      for (Segment event : Segments.of(series.labels())) {
        if (!Segments.any(series.flags(), event)) {
          missed.add(event(Kind.MISSED, series, event));
        }
      }
      for (Segment alarm : Segments.of(series.flags())) {
        if (!Segments.any(series.labels(), alarm)) {
          falseAlarms.add(event(Kind.FALSE_ALARM, series, alarm));
        }
      }
    }
    missed.sort(Comparator.comparingInt(Event::readings).reversed());
    falseAlarms.sort(Comparator.comparingDouble(Event::peak).reversed());
    List<Event> worst = new ArrayList<>(missed.subList(0, Math.min(most, missed.size())));
    worst.addAll(falseAlarms.subList(0, Math.min(most, falseAlarms.size())));
    return worst;
  }

  private static Event event(Kind kind, LabelledSeries series, Segment segment) {
    double peak = Double.NEGATIVE_INFINITY;
    for (int i = segment.first(); i <= segment.last(); i++) {
      peak = Math.max(peak, series.scores()[i]);
    }
    return new Event(
        kind,
        series.key(),
        series.timestamps()[segment.first()],
        series.timestamps()[segment.last()],
        segment.length(),
        peak);
  }
}
