// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.evaluation.LabelledSeries;
import io.caddis.detectors.parse.Timestamps;
import io.caddis.jobs.sink.ResultFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** Scores of a run beside the intervals that a label file calls anomalous. */
final class LabelledScores {
  private record Interval(long start, long end) {}

  private record Scored(long timestamp, double score, boolean flag) {}

  private LabelledScores() {}

  /**
   * @param scores a run's {@code scores/} folder
   * @param labels CSV with the columns key, start and end: event times, both inclusive
   * @param skip readings of every sensor, the earliest, that are left out
   * @return the sensors by name, their rows by event time
   * @throws IllegalArgumentException with file and line, when a label cannot be read
   */
  static List<LabelledSeries> read(Path scores, Path labels, int skip) throws IOException {
    Map<String, List<Interval>> intervals = intervals(labels);
    Map<String, List<Scored>> byKey = new TreeMap<>();
    for (JsonNode row : new ResultFolder(scores).fresh()) {
      byKey
          .computeIfAbsent(row.path("key").asString(), key -> new ArrayList<>())
          .add(
              new Scored(
                  millis(row.path("timestamp").asString()),
                  row.path("score").asDouble(),
                  row.path("is_anomaly").asBoolean()));
    }
    List<LabelledSeries> series = new ArrayList<>();
    byKey.forEach(
        (key, rows) -> {
          rows.sort(Comparator.comparingLong(Scored::timestamp));
          List<Scored> rest = rows.subList(Math.min(skip, rows.size()), rows.size());
          series.add(labelled(key, rest, intervals.getOrDefault(key, List.of())));
        });
    return series;
  }

  private static LabelledSeries labelled(String key, List<Scored> rows, List<Interval> intervals) {
    boolean[] flags = new boolean[rows.size()];
    boolean[] labels = new boolean[rows.size()];
    for (int i = 0; i < flags.length; i++) {
      long time = rows.get(i).timestamp();
      flags[i] = rows.get(i).flag();
      for (Interval interval : intervals) {
        labels[i] |= interval.start() <= time && time <= interval.end();
      }
    }
    return new LabelledSeries(
        key,
        rows.stream().mapToLong(Scored::timestamp).toArray(),
        rows.stream().mapToDouble(Scored::score).toArray(),
        flags,
        labels);
  }

  private static Map<String, List<Interval>> intervals(Path file) throws IOException {
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
