// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was read from a part of a file, to be stored at once. Not thread-safe. */
public final class Batch {
  /** Tally of all scores. */
  public static final String SCORES = "scores";

  /** Tally of the scores at or above their threshold. */
  public static final String ANOMALIES = "anomalies";

  private static final long DAY_MILLIS = 86_400_000;

  private final Map<String, AlertMessage> alerts = new LinkedHashMap<>();
  private final List<ScoredReading> scores = new ArrayList<>();
  private final List<IssueMessage> issues = new ArrayList<>();
  private final List<TrainedModel> models = new ArrayList<>();
  private final List<SensorValues> readings = new ArrayList<>();
  private final List<DeadLetter> deadLetters = new ArrayList<>();
  private final Map<FeatureName, Long> features = new HashMap<>();
  private final Map<Tally, Long> tallies = new HashMap<>();

  /** How many of what on which day, as in {@code 2026-01-31}. */
  record Tally(String kind, String day) {}

  /** What was imputed or ignored. */
  record FeatureName(String kind, String feature) {}

  /** Of several messages about one episode the one with the highest sequence is stored. */
  public void add(AlertMessage message) {
    alerts.merge(message.alertId(), message, (a, b) -> b.sequence() > a.sequence() ? b : a);
  }

  public void add(ScoredReading reading) {
    scores.add(reading);
    count(SCORES, reading.timestamp());
    if (reading.anomaly()) {
      count(ANOMALIES, reading.timestamp());
    }
  }

  public void add(IssueMessage issue) {
    issues.add(issue);
  }

  public void add(TrainedModel model) {
    models.add(model);
  }

  public void add(SensorValues values) {
    readings.add(values);
  }

  public void add(DeadLetter letter) {
    deadLetters.add(letter);
  }

  /**
   * Counts a feature that a reading lacked, or had in vain.
   *
   * @param kind imputed or ignored
   */
  public void countFeature(String kind, String feature) {
    features.merge(new FeatureName(kind, feature), 1L, Long::sum);
  }

  /**
   * Counts one of a kind.
   *
   * @param time decides the day, epoch milliseconds
   */
  public void count(String kind, long time) {
    tallies.merge(new Tally(kind, day(time)), 1L, Long::sum);
  }

  /** The day of a moment in UTC, as in {@code 2026-01-31}. */
  static String day(long epochMillis) {
    return LocalDate.ofEpochDay(Math.floorDiv(epochMillis, DAY_MILLIS)).toString();
  }

  Collection<AlertMessage> alerts() {
    return alerts.values();
  }

  List<ScoredReading> scores() {
    return scores;
  }

  List<IssueMessage> issues() {
    return issues;
  }

  List<TrainedModel> models() {
    return models;
  }

  Map<Tally, Long> tallies() {
    return tallies;
  }

  List<SensorValues> readings() {
    return readings;
  }

  List<DeadLetter> deadLetters() {
    return deadLetters;
  }

  Map<FeatureName, Long> features() {
    return features;
  }
}
