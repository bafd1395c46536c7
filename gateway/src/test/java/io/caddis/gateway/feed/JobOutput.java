// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;

/** Writes what a job writes, as docs/formats.md describes it. */
public final class JobOutput {
  public static final Instant START = Instant.parse("2026-02-01T00:00:00Z");

  private final Path directory;

  public JobOutput(Path directory) {
    this.directory = directory;
  }

  /** Commits a file: it appears whole. */
  public Path commit(String folder, String name, List<String> lines) throws IOException {
    return rename(begin(folder, name, lines), name);
  }

  /** Writes a file without committing it. */
  public Path begin(String folder, String name, List<String> lines) throws IOException {
    Path target = Files.createDirectories(directory.resolve(folder));
    Path file = target.resolve("." + name + ".inprogress.1");
    return Files.write(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  public Path rename(Path inProgress, String name) throws IOException {
    return Files.move(inProgress, inProgress.resolveSibling(name), StandardCopyOption.ATOMIC_MOVE);
  }

  public static String alert(String id, int sequence, String state, String sensor) {
    return alert(id, sequence, state, sensor, "high", START);
  }

  public static String alert(
      String id, int sequence, String state, String sensor, String severity, Instant start) {
    return """
        {"alert_id":"%s","sequence":%d,"state":"%s","timestamp":"%s","key":"%s","group":"all",\
        "severity":"%s","start":"%s","end":"%s","peak_score":0.875,"peak_timestamp":"%s",\
        "anomalies":%d,"threshold":0.5,"peak_event_id":"00000000000000aa-1f",\
        "contributions":{"temperature":0.5,"vibration":0.375},\
        "expected":{"feature":"temperature","value":21.5},\
        "lineage":{"model_version":"2026-01-31T00:00:00Z-0badcafe","detector":"mewma",\
        "config_version":"0123456789ab"}}"""
        .formatted(
            id,
            sequence,
            state,
            start.plusSeconds(sequence),
            sensor,
            severity,
            start,
            start.plusSeconds(sequence),
            start,
            sequence + 1);
  }

  public static String score(int second, String sensor, boolean anomaly) {
    return """
        {"timestamp":"%s","key":"%s","score":%s,"is_anomaly":%s,"raw_score":1.5,"threshold":0.5,\
        "model_version":"warm-up","severity":"%s","event_id":"00000000000000aa-%x"%s}"""
        .formatted(
            START.plusSeconds(second),
            sensor,
            anomaly ? "0.75" : "0.25",
            anomaly,
            anomaly ? "high" : "low",
            second,
            anomaly
                ? ",\"features_imputed\":[\"flow\"],\"contributions\":{\"temperature\":0.5,"
                    + "\"vibration\":0.25},\"expected\":{\"temperature\":21.5}"
                : "");
  }

  /** What a model on trial makes of the reading that {@link #score} is of. */
  public static String challenger(int second, String sensor, boolean anomaly, String version) {
    return score(second, sensor, anomaly).replace("warm-up", version);
  }

  public static String reading(int second, String sensor, double temperature) {
    return """
        {"timestamp":"%s","key":"%s","group":"all","event_id":"00000000000000aa-%x",\
        "features":{"temperature":%s,"vibration":null,"mode":"run"}}"""
        .formatted(START.plusSeconds(second), sensor, second, temperature);
  }

  public static String issue(String id, String kind, String sensor) {
    return """
        {"issue_id":"%s","kind":"%s","key":"%s","feature":"temperature","from":"%s","to":"%s",\
        "value":1.0,"expected":2.0,"text":"temperature moved"}"""
        .formatted(id, kind, sensor, START, START.plusSeconds(60));
  }

  public static String deadLetter(String reason) {
    return """
        {"reason":"%s","detail":"…","source":"a.csv","offset":12,"length":3,"scored":false,\
        "raw":"x,y"}"""
        .formatted(reason);
  }

  /**
   * @param bytes of the model in base 64
   */
  public static String model(String version, int bytes) {
    return """
        {"model_version":"%s","group":"all","detector":"mcd","train_from":"%s","train_to":"%s",\
        "train_rows":10,"sampled_rows":10,"threshold_origin":"contamination 0.01",\
        "drift":["temperature: mean moved by 25 %%"],"sha256":"ab","model_base64":"%s"}"""
        .formatted(version, START, START.plusSeconds(3600), "A".repeat(bytes));
  }
}
