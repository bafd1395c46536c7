// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.warmup.SensorStatistics;
import io.caddis.detectors.warmup.WarmUp;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a job must have said of a topic's readings, worked out on one thread from its records and
 * the models that the job has published: without Flink, and without the job's parsers, operators,
 * triage or state. Only what a model makes of a row, and what a sensor's own statistics make of it
 * before the first model, is asked of those. The rest follows from the documentation.
 *
 * <p>Scores, alerts and dead letters are texts that have all that tells one from another, see
 * {@link #told}.
 */
final class ReferenceScorer {
  static final List<String> OF_SCORE =
      List.of(
          "event_id",
          "timestamp",
          "key",
          "score",
          "raw_score",
          "threshold",
          "is_anomaly",
          "model_version",
          "severity");
  static final List<String> OF_ALERT =
      List.of(
          "alert_id",
          "sequence",
          "state",
          "key",
          "start",
          "end",
          "anomalies",
          "peak_score",
          "peak_event_id",
          "severity");
  static final List<String> OF_DEAD_LETTER = List.of("reason", "source", "offset");

  private static final int QUIET_READINGS = 10;
  private static final long QUIET_MILLIS = 300_000;
  private static final double BOUNDARY = 0.5;
  private static final long MAX_FUTURE_MILLIS = 300_000;
  private static final long END_OF_TIME = Instant.parse("2200-01-01T00:00:00Z").toEpochMilli();

  private final NavigableMap<Long, JsonNode> inForce;
  private final Map<String, List<ReferenceReading>> bySensor = new TreeMap<>();
  private final Map<String, Model> models = new HashMap<>();
  private final Fingerprints scores = new Fingerprints();
  private final List<String> alerts = new ArrayList<>();
  private final Map<String, String> episodes = new LinkedHashMap<>();
  private final List<String> deadLetters = new ArrayList<>();
  private int read;

  /**
   * A command that the job has obeyed.
   *
   * @param from event time from which on it holds, epoch milliseconds
   * @param back whether the model before scores from then on, or else the newest
   */
  record Choice(long from, boolean back) {}

  /**
   * @param trained rows of the job's {@code models/}
   * @param choices of models by command
   */
  ReferenceScorer(List<JsonNode> trained, List<Choice> choices) {
    inForce = new InForce(trained, choices).since;
  }

  /** The next record of its partition. */
  void read(ConsumerRecord<String, String> record) {
    ReferenceReading reading = ReferenceReading.of(record);
    read++;
    if (reading.time() >= END_OF_TIME) {
      deadLetters.add("timestamp_out_of_range %s %d".formatted(reading.source(), reading.at()));
    } else if (reading.time() > System.currentTimeMillis() + MAX_FUTURE_MILLIS) {
      deadLetters.add("timestamp_out_of_range %s %d".formatted(reading.sourceId(), reading.at()));
    } else {
      bySensor.computeIfAbsent(reading.sensor(), sensor -> new ArrayList<>()).add(reading);
    }
  }

  /** Scores all that has been read. */
  void score() {
    for (List<ReferenceReading> readings : bySensor.values()) {
      // Stable: of the same time and partition the first record is first.
      readings.sort(Comparator.comparingLong(ReferenceReading::time));
      new Sensor(readings.get(0).sensor()).all(readings);
    }
  }

  int readings() {
    return read;
  }

  /** A line for each reading. */
  Fingerprints scores() {
    return scores;
  }

  /** A line for each message about an episode. */
  List<String> alerts() {
    return alerts;
  }

  /** The last line about each episode. */
  Collection<String> episodes() {
    return episodes.values();
  }

  /** A line for each reading that is none. */
  List<String> deadLetters() {
    return deadLetters;
  }

  /** A row of a job as it is told here, by the fields that count. */
  static String told(JsonNode row, List<String> fields) {
    return String.join(" ", fields.stream().map(name -> row.get(name).asString()).toList());
  }

  /** Which model is in force: the newest, or one that a command went back to. */
  private static final class InForce {
    final NavigableMap<Long, JsonNode> since = new TreeMap<>();
    private @Nullable JsonNode newest;
    private @Nullable JsonNode current;
    private @Nullable JsonNode before;
    private boolean pinned;

    InForce(List<JsonNode> trained, List<Choice> choices) {
      NavigableMap<Long, List<Runnable>> changes = new TreeMap<>();
      Set<Long> ends = new HashSet<>();
      for (JsonNode model : trained) {
        long end = millis(model.get("train_to").asString());
        if (!ends.add(end)) {
          throw new AssertionError("two models of " + time(end));
        }
        at(end, changes).add(() -> arrived(model));
      }
      // What a command says of a time when a model comes holds for that model, too.
      choices.forEach(choice -> at(choice.from(), changes).add(() -> chosen(choice)));
      changes.forEach(
          (time, all) -> {
            all.forEach(Runnable::run);
            since.put(time, current);
          });
    }

    private static List<Runnable> at(long time, NavigableMap<Long, List<Runnable>> changes) {
      return changes.computeIfAbsent(time, unused -> new ArrayList<>());
    }

    private void arrived(JsonNode model) {
      newest = model;
      if (!pinned) {
        scores(model);
      }
    }

    private void chosen(Choice choice) {
      pinned = choice.back();
      scores(pinned ? before : newest);
    }

    private void scores(@Nullable JsonNode model) {
      if (model != current) {
        before = current;
        current = model;
      }
    }
  }

  /** One sensor's readings, in the order of time. */
  private final class Sensor {
    private final String name;
    private final SensorStatistics statistics = SensorStatistics.empty(SensorFeed.NUMBERS.size());
    private @Nullable String episode;
    private long start;
    private long end;
    private int anomalies;
    private int quiet;
    private int messages;
    private double peak;
    private String peakEvent = "";

    Sensor(String name) {
      this.name = name;
    }

    void all(List<ReferenceReading> readings) {
      for (ReferenceReading reading : readings) {
        next(reading);
      }
      if (episode != null) {
        close();
      }
    }

    private void next(ReferenceReading reading) {
      Map.Entry<Long, JsonNode> entry = inForce.floorEntry(reading.time());
      double raw;
      double score;
      double threshold;
      String version;
      if (entry == null) {
        raw = WarmUp.rawScore(statistics, reading.numbers());
        score = WarmUp.score(raw, reading.numbers().length);
        threshold = BOUNDARY;
        version = WarmUp.VERSION;
        statistics.learn(reading.numbers());
      } else {
        version = entry.getValue().get("model_version").asString();
        Model model = models.computeIfAbsent(version, unused -> decoded(entry.getValue()));
        raw = model.rawScore(reading.numbers(), reading.texts());
        score = model.score(raw);
        threshold = model.threshold();
      }
      boolean anomaly = score >= threshold;
      scores.add(
          "%s %s %s %s %s %s %s %s %s"
              .formatted(
                  reading.eventId(),
                  time(reading.time()),
                  reading.sensor(),
                  score,
                  raw,
                  threshold,
                  anomaly,
                  version,
                  severity(score)));
      if (episode != null && reading.time() - end >= QUIET_MILLIS) {
        close();
      }
      if (anomaly) {
        raise(reading, score);
      } else if (episode != null && ++quiet == QUIET_READINGS) {
        close();
      }
    }

    private void raise(ReferenceReading reading, double score) {
      boolean opens = episode == null;
      boolean worse = !opens && score > peak && !severity(score).equals(severity(peak));
      if (opens) {
        episode = reading.alertId();
        start = reading.time();
        anomalies = 0;
        messages = 0;
      }
      if (opens || score > peak) {
        peak = score;
        peakEvent = reading.eventId();
      }
      end = reading.time();
      anomalies++;
      quiet = 0;
      if (opens || worse) {
        tell(opens ? "opened" : "updated");
      }
    }

    private void close() {
      tell("closed");
      episode = null;
    }

    private void tell(String state) {
      String line =
          "%s %d %s %s %s %s %d %s %s %s"
              .formatted(
                  episode,
                  messages++,
                  state,
                  name,
                  time(start),
                  time(end),
                  anomalies,
                  peak,
                  peakEvent,
                  severity(peak));
      alerts.add(line);
      episodes.put(String.valueOf(episode), line);
    }
  }

  private static Model decoded(JsonNode row) {
    byte[] bytes = Base64.getDecoder().decode(row.get("model_base64").asString());
    try {
      byte[] checksum = MessageDigest.getInstance("SHA-256").digest(bytes);
      if (!HexFormat.of().formatHex(checksum).equals(row.get("sha256").asString())) {
        throw new AssertionError("another model than it says: " + row.get("model_version"));
      }
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
    return ModelCodec.decode(bytes);
  }

  private static String severity(double score) {
    return score > 0.9 ? "critical" : score > 0.7 ? "high" : score > 0.5 ? "medium" : "low";
  }

  private static long millis(String time) {
    return Instant.parse(time).toEpochMilli();
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }
}
