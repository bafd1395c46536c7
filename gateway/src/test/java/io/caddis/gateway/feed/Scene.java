// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A small plant in which something happens: results of a job that are worth looking at. */
public final class Scene {
  /** The sensor with the worst fault. */
  public static final String FAULTY = "pump-03";

  /** What a name can be at its worst. */
  public static final String HOSTILE = "<img src=x onerror=alert(1)>\"'&";

  private static final Instant START = Instant.parse("2026-02-01T11:45:00Z");
  private static final int SECONDS = 900;
  private static final int STEP = 3;
  private static final int FAULT = 620;

  private final List<String> scores = new ArrayList<>();
  private final List<String> readings = new ArrayList<>();
  private final List<String> sensors = new ArrayList<>();
  private final Random random = new Random(7);

  private Scene() {}

  /** Writes the scene, and tells how many lines it has. */
  public static int write(Path directory) throws IOException {
    return new Scene().writeTo(new JobOutput(directory));
  }

  private int writeTo(JobOutput job) throws IOException {
    for (int i = 1; i <= 8; i++) {
      sensors.add("pump-0" + i);
      sensors.add("fan-0" + i);
    }
    sensors.add(HOSTILE);
    for (int i = 0; i < sensors.size(); i++) {
      sensor(i, sensors.get(i));
    }
    List<String> alerts =
        List.of(
            alert("a1", FAULTY, "critical", 0.97, FAULT, 60, "opened"),
            alert("a2", "pump-04", "high", 0.83, FAULT + 20, 30, "closed"),
            alert("a3", "fan-02", "medium", 0.61, 300, 15, "closed"),
            alert("a4", HOSTILE, "low", 0.5, 200, 9, "closed"));
    List<String> letters = new ArrayList<>();
    for (String reason : List.of("not_a_number", "not_a_number", "malformed_json", "duplicate")) {
      letters.add(JobOutput.deadLetter(reason));
    }
    List<String> issues =
        List.of(JobOutput.issue("i1", "drift", "all"), JobOutput.issue("i2", "flatline", "fan-05"));
    List<String> models = List.of(JobOutput.model("2026-02-01T11:45:00Z-0badcafe", 10));
    job.commit("alerts", "alerts.jsonl", alerts);
    job.commit("quality", "quality.jsonl", issues);
    job.commit("models", "models.jsonl", models);
    job.commit("dead-letters", "letters.jsonl", letters);
    job.commit("readings", "readings.jsonl", readings);
    job.commit("scores", "scores.jsonl", scores);
    return alerts.size()
        + letters.size()
        + issues.size()
        + models.size()
        + readings.size()
        + scores.size();
  }

  private void sensor(int index, String name) {
    for (int second = 0; second < SECONDS; second += STEP) {
      boolean faulty = name.equals(FAULTY) && second >= FAULT && second < FAULT + 60;
      boolean related = name.equals("pump-04") && second >= FAULT + 20 && second < FAULT + 50;
      boolean mild = name.equals("fan-02") && second >= 300 && second < 315;
      boolean hostile = name.equals(HOSTILE) && second >= 200 && second < 209;
      double score =
          faulty
              ? 0.9 + 0.07 * random.nextDouble()
              : related ? 0.82 : mild ? 0.61 : hostile ? 0.5 : 0.1 + 0.25 * random.nextDouble();
      boolean anomaly = score >= 0.5;
      String severity =
          score > 0.9 ? "critical" : score > 0.7 ? "high" : score > 0.5 ? "medium" : "low";
      String id = "%016x-%x".formatted(index + 1, second);
      double temperature =
          60 + 3 * Math.sin(second / 90.0 + index) + random.nextGaussian() / 3 + (faulty ? 14 : 0);
      readings.add(
          """
          {"timestamp":"%s","key":%s,"group":"all","event_id":"%s","features":{"temperature":%s,\
          "vibration":%s,"pressure":%s}}"""
              .formatted(
                  START.plusSeconds(second),
                  quoted(name),
                  id,
                  temperature,
                  0.4 + Math.abs(random.nextGaussian()) / 20 + (faulty || related ? 0.5 : 0),
                  5 + random.nextGaussian() / 10));
      scores.add(
          """
          {"timestamp":"%s","key":%s,"score":%s,"is_anomaly":%s,"raw_score":1.5,"threshold":0.5,\
          "model_version":"2026-02-01T11:45:00Z-0badcafe","severity":"%s","event_id":"%s"%s}"""
              .formatted(
                  START.plusSeconds(second),
                  quoted(name),
                  score,
                  anomaly,
                  severity,
                  id,
                  anomaly ? why(score) : ""));
    }
  }

  private static String why(double score) {
    return """
        ,"features_imputed":["flow"],"contributions":{"temperature":%s,"vibration":%s,"pressure":%s},\
        "expected":{"temperature":60.8}"""
        .formatted(score * 0.6, score * 0.3, score * 0.1);
  }

  private String alert(
      String id, String sensor, String severity, double peak, int from, int seconds, String state) {
    int index = sensors.indexOf(sensor);
    return """
        {"alert_id":"%s","sequence":0,"state":"%s","timestamp":"%s","key":%s,"group":"all",\
        "severity":"%s","start":"%s","end":"%s","peak_score":%s,"peak_timestamp":"%s",\
        "anomalies":%d,"threshold":0.5,"peak_event_id":"%016x-%x"%s,\
        "lineage":{"model_version":"2026-02-01T11:45:00Z-0badcafe","detector":"zscore",\
        "train_from":"2026-02-01T11:30:00Z","train_to":"2026-02-01T11:45:00Z","train_rows":300,\
        "threshold_origin":"std 7","config_version":"0123456789ab"}}"""
        .formatted(
            id,
            state,
            START.plusSeconds(from + seconds),
            quoted(sensor),
            severity,
            START.plusSeconds(from),
            START.plusSeconds(from + seconds),
            peak,
            START.plusSeconds(from + 6),
            seconds / STEP,
            index + 1,
            from + 6 + (STEP - (from + 6) % STEP) % STEP,
            why(peak));
  }

  private static String quoted(String text) {
    return '"' + text.replace("\"", "\\\"") + '"';
  }
}
