// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.evaluation.LabelledSeries;
import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.files.ResultFolder;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.parse.RecordReader;
import io.caddis.detectors.parse.SchemaInference;
import io.caddis.detectors.parse.Timestamps;
import io.caddis.detectors.threshold.ScoreScale;
import io.caddis.jobs.table.TableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Scores beside the intervals that a label file calls anomalous.
 *
 * @param series the sensors by name, their rows by event time
 * @param threshold score from which on readings were flagged, as far as it can be told
 * @param unknown sensors of labels that have no scores
 */
record LabelledScores(List<LabelledSeries> series, double threshold, Set<String> unknown) {
  private static final int LISTED_SENSORS = 10;

  /** A time that is anomalous, epoch milliseconds, both ends inclusive. */
  record Interval(long start, long end) {
    boolean contains(long time) {
      return start <= time && time <= end;
    }
  }

  private record Scored(long timestamp, double score, boolean flag, double threshold) {}

  /**
   * @param scores a run's {@code scores/} folder, or a file that {@code score} wrote
   * @param labels CSV with the columns key, start and end: event times, both inclusive
   * @param skip readings of every sensor, the earliest, that are left out
   * @throws IllegalArgumentException with file and line, when a label cannot be read; when no label
   *     is of a sensor that has scores
   */
  static LabelledScores read(Path scores, Path labels, int skip) throws IOException {
    Map<String, List<Interval>> intervals = intervals(labels);
    Map<String, List<Scored>> byKey =
        Files.isDirectory(scores) ? ofRun(scores) : ofFile(TableFile.of(scores));
    Set<String> unknown = new TreeSet<>(intervals.keySet());
    unknown.removeAll(byKey.keySet());
    if (!unknown.isEmpty() && unknown.size() == intervals.size() && !byKey.isEmpty()) {
      throw new IllegalArgumentException(
          "%s must name sensors of the scores, %s, was %s"
              .formatted(labels, listed(byKey.keySet()), listed(unknown)));
    }
    List<LabelledSeries> series = new ArrayList<>();
    byKey.forEach(
        (key, rows) -> {
          rows.sort(Comparator.comparingLong(Scored::timestamp));
          List<Scored> rest = rows.subList(Math.min(skip, rows.size()), rows.size());
          series.add(labelled(key, rest, intervals.getOrDefault(key, List.of())));
        });
    return new LabelledScores(series, threshold(byKey), unknown);
  }

  /** The first names of some, for people. */
  static String listed(Set<String> sensors) {
    int more = sensors.size() - LISTED_SENSORS;
    return sensors.stream().limit(LISTED_SENSORS).toList()
        + (more > 0 ? " and " + more + " more" : "");
  }

  private static Map<String, List<Scored>> ofRun(Path folder) throws IOException {
    Map<String, List<Scored>> byKey = new TreeMap<>();
    new ResultFolder(folder)
        .forEach(
            row ->
                byKey
                    .computeIfAbsent(row.path("key").asString(), key -> new ArrayList<>())
                    .add(
                        new Scored(
                            millis(row.path("timestamp").asString()),
                            row.path("score").asDouble(),
                            row.path("is_anomaly").asBoolean(),
                            row.path("threshold").asDouble(Double.NaN))));
    return byKey;
  }

  /** Of a file without a sensor's column, the file is the sensor, called without its extension. */
  private static Map<String, List<Scored>> ofFile(TableFile file) throws IOException {
    RecordLayout found = SchemaInference.infer(List.of(file), SchemaInference.Options.DEFAULT);
    RecordLayout layout =
        new RecordLayout(
            found.timeField(),
            found.keyField(),
            null,
            null,
            List.of(
                new RecordLayout.Column("score", Encoding.NUMERIC),
                new RecordLayout.Column("is_anomaly", Encoding.LABEL)),
            RecordLayout.MIN_TIMESTAMP,
            RecordLayout.MAX_TIMESTAMP);
    Map<String, List<Scored>> byKey = new TreeMap<>();
    try (InputStream in = file.open()) {
      RecordReader reader = RecordReader.ofFile(in, file.name(), layout, Limits.DEFAULT);
      for (Parsed parsed = reader.next(); parsed != null; parsed = reader.next()) {
        Reading reading = parsed.reading();
        if (reading != null && !Double.isNaN(reading.numbers()[0])) {
          boolean flag = "true".equals(reading.texts()[0]);
          byKey
              .computeIfAbsent(reading.key(), key -> new ArrayList<>())
              .add(new Scored(reading.timestamp(), reading.numbers()[0], flag, Double.NaN));
        }
      }
    }
    return byKey;
  }

  /** As the rows say, the latest one's; else the lowest score that was flagged. */
  private static double threshold(Map<String, List<Scored>> byKey) {
    double lowestFlagged = Double.NaN;
    Scored latest = null;
    for (List<Scored> rows : byKey.values()) {
      for (Scored row : rows) {
        if (!Double.isNaN(row.threshold())
            && (latest == null || row.timestamp() > latest.timestamp())) {
          latest = row;
        }
        if (row.flag() && !(row.score() >= lowestFlagged)) {
          lowestFlagged = row.score();
        }
      }
    }
    return latest != null
        ? latest.threshold()
        : Double.isNaN(lowestFlagged) ? ScoreScale.BOUNDARY : lowestFlagged;
  }

  private static LabelledSeries labelled(String key, List<Scored> rows, List<Interval> intervals) {
    boolean[] flags = new boolean[rows.size()];
    boolean[] labels = new boolean[rows.size()];
    for (int i = 0; i < flags.length; i++) {
      long time = rows.get(i).timestamp();
      flags[i] = rows.get(i).flag();
      for (Interval interval : intervals) {
        labels[i] |= interval.contains(time);
      }
    }
    return new LabelledSeries(
        key,
        rows.stream().mapToLong(Scored::timestamp).toArray(),
        rows.stream().mapToDouble(Scored::score).toArray(),
        flags,
        labels);
  }

  /** The intervals of a label file by sensor. */
  static Map<String, List<Interval>> intervals(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    List<String> header =
        lines.isEmpty() ? List.of() : List.of(lines.get(0).strip().split("\\s*,\\s*"));
    int key = header.indexOf("key");
    int start = header.indexOf("start");
    int end = header.indexOf("end");
    if (key < 0 || start < 0 || end < 0) {
      throw new IllegalArgumentException(
          "--labels must have the columns key, start and end, " + file + " has " + header);
    }
    Map<String, List<Interval>> intervals = new HashMap<>();
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      String[] cells = lines.get(i).strip().split("\\s*,\\s*", -1);
      if (cells.length != header.size()) {
        throw new IllegalArgumentException(
            "%s:%d: must have %d cells, has %d"
                .formatted(file, i + 1, header.size(), cells.length));
      }
      Interval interval = new Interval(millis(cells[start]), millis(cells[end]));
      if (interval.start() == Timestamps.INVALID || interval.end() == Timestamps.INVALID) {
        throw new IllegalArgumentException(
            "%s:%d: start and end must be ISO-8601 or epoch times, were '%s' and '%s'"
                .formatted(file, i + 1, cells[start], cells[end]));
      }
      intervals.computeIfAbsent(cells[key], k -> new ArrayList<>()).add(interval);
    }
    return intervals;
  }

  private static long millis(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Timestamps.parse(bytes, 0, bytes.length);
  }
}
