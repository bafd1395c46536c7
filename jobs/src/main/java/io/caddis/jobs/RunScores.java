// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.SeverityScale;
import io.caddis.detectors.files.ResultFolder;
import io.caddis.detectors.triage.Episode;
import io.caddis.detectors.triage.EpisodeRun;
import io.caddis.detectors.triage.TriagePolicy;
import io.caddis.jobs.sink.Sinks;
import io.caddis.jobs.spec.PipelineSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The scores of a run, by sensor and event time: about 50 bytes of memory a reading.
 *
 * @param sensors their readings, by key
 */
record RunScores(Map<String, List<Point>> sensors) {
  /** A reading's verdict; one that is muted raises no alert. */
  private record Point(
      long timestamp, long source, long position, double score, boolean anomaly, boolean muted) {}

  /** An episode that raised an alert. */
  record Raised(
      String id,
      String key,
      long start,
      long end,
      double peakScore,
      String severity,
      long anomalies) {}

  private static final Comparator<Point> IN_TIME =
      Comparator.comparingLong(Point::timestamp)
          .thenComparingLong(Point::source)
          .thenComparingLong(Point::position);

  /**
   * @param output of the run
   * @param from event time of the first readings that count, epoch milliseconds
   */
  static RunScores read(Path output, long from) throws IOException {
    Map<String, List<Point>> sensors = new TreeMap<>();
    for (Path file : new ResultFolder(output.resolve(Sinks.SCORES)).committed()) {
      try (Stream<String> lines = Files.lines(file)) {
        lines.forEach(
            line -> {
              JsonNode row = JsonMapper.shared().readTree(line);
              Point point = point(row);
              if (point.timestamp() >= from) {
                sensors
                    .computeIfAbsent(row.required("key").asString(), key -> new ArrayList<>())
                    .add(point);
              }
            });
      } catch (UncheckedIOException e) {
        throw new IOException("cannot read " + file, e.getCause());
      }
    }
    sensors.values().forEach(points -> points.sort(IN_TIME));
    return new RunScores(sensors);
  }

  private static Point point(JsonNode row) {
    String event = row.required("event_id").asString();
    int hyphen = event.indexOf('-');
    return new Point(
        Instant.parse(row.required("timestamp").asString()).toEpochMilli(),
        HexFormat.fromHexDigitsToLong(event.substring(0, hyphen)),
        HexFormat.fromHexDigitsToLong(event.substring(hyphen + 1)),
        row.required("score").asDouble(),
        row.required("is_anomaly").asBoolean(),
        row.path("muted").asBoolean(false));
  }

  /**
   * The alerts that these scores raise, by id, sensor by sensor and in time. What commands muted
   * stays muted.
   *
   * @param threshold score from which on a reading is anomalous; null = as it was judged
   */
  Map<String, Raised> alerts(PipelineSpec.Triage triage, @Nullable Double threshold) {
    SeverityScale scale = new SeverityScale(triage.medium(), triage.high(), triage.critical());
    TriagePolicy policy = new TriagePolicy(triage.quietReadings(), triage.quietPeriod().toMillis());
    Map<String, Raised> alerts = new LinkedHashMap<>();
    sensors.forEach(
        (key, points) -> {
          EpisodeRun run = new EpisodeRun(policy, null);
          for (Point point : points) {
            boolean anomaly = threshold == null ? point.anomaly() : point.score() >= threshold;
            run.next(
                point.timestamp(), anomaly && !point.muted() ? vector(key, point, scale) : null);
          }
          run.episodes().forEach(episode -> raise(episode, alerts));
        });
    return alerts;
  }

  private static void raise(Episode episode, Map<String, Raised> alerts) {
    alerts.put(
        episode.id(),
        new Raised(
            episode.id(),
            episode.peak().key(),
            episode.start(),
            episode.end(),
            episode.peak().score(),
            episode.severity().name().toLowerCase(Locale.ROOT),
            episode.anomalies()));
  }

  private static ScoredVector vector(String key, Point point, SeverityScale scale) {
    return new ScoredVector(
        key,
        "",
        point.timestamp(),
        point.source(),
        point.position(),
        point.score(),
        0,
        0,
        true,
        scale.of(point.score()),
        "",
        false,
        null,
        null,
        null,
        null,
        false,
        null,
        null);
  }
}
