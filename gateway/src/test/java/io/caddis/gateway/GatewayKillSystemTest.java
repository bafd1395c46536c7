// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.feed.JobOutput;
import io.caddis.gateway.notify.Receiver;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A gateway that is killed again and again while it reads what a job writes. */
class GatewayKillSystemTest {
  private static final int KILLS = 20;

  /** Of alerts and as many of scores; each is a transaction, and waits for the disk. */
  private static final int FILES = 8;

  private static final int EPISODES = 80;

  @TempDir Path directory;

  private final Random random = new Random(20);
  private final Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private JobOutput job;
  private long bytes;
  private int scores;
  private int critical;
  private int episodes;

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void noAlertIsLostAndNoneIsDoubled() throws Exception {
    Path out = Files.createDirectories(directory.resolve("out"));
    job = new JobOutput(out);
    int midway = 0;
    try (Receiver receiver = new Receiver()) {
      Path webhooks = directory.resolve("webhooks.yaml");
      Files.writeString(
          webhooks,
          "webhooks: [{name: ops, url: '%s', severity: critical}]".formatted(receiver.url()));
      for (int kill = 0; kill < KILLS; kill++) {
        long before = bytes;
        publish(kill);
        long target = before + (long) ((bytes - before) * random.nextDouble());
        Process gateway = gateway(out, webhooks, receiver.port());
        awaitRead(gateway, Math.max(target, 1));
        gateway.destroyForcibly().waitFor();
        try (Connection connection = connection()) {
          midway += read(connection) < bytes ? 1 : 0;
        }
      }
      Process gateway = gateway(out, webhooks, receiver.port());
      awaitRead(gateway, bytes);
      Set<String> told = new HashSet<>();
      while (told.size() < critical) {
        assertThat(receiver.awaitBody()).as("%d of %d told", told.size(), critical).isTrue();
        receiver.bodies().forEach(body -> fingerprints(body, told));
      }
      gateway.destroyForcibly().waitFor();
    }

    assertThat(number("SELECT COUNT(*) FROM alerts")).isEqualTo(episodes);
    assertThat(number("SELECT COUNT(*) FROM alerts WHERE state = 'closed'")).isEqualTo(episodes);
    assertThat(number("SELECT SUM(total) FROM tallies WHERE kind = 'scores'")).isEqualTo(scores);
    assertThat(number("SELECT COUNT(*) FROM outbox WHERE status = 'firing'")).isEqualTo(critical);
    assertThat(number("SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"))
        .isOne();
    assertThat(midway).as("kills with files half read").isPositive();
  }

  /** What a job would commit meanwhile: episodes that open in one file and close in a later one. */
  private void publish(int round) throws IOException {
    List<String> closing = new ArrayList<>();
    for (int file = 0; file < FILES; file++) {
      List<String> lines = new ArrayList<>(closing);
      List<String> scored = new ArrayList<>();
      closing.clear();
      for (int i = 0; i < EPISODES && file < FILES - 1; i++) {
        String id = "%016x".formatted(episodes++);
        String severity = random.nextInt(200) == 0 ? "critical" : "high";
        critical += severity.equals("critical") ? 1 : 0;
        lines.add(JobOutput.alert(id, 0, "opened", "pump-" + i, severity, start));
        closing.add(JobOutput.alert(id, 1, "closed", "pump-" + i, severity, start));
        scored.add(JobOutput.score(i, "pump-" + i, true));
      }
      scores += scored.size();
      String name = "%d-%d.jsonl".formatted(round, file);
      bytes += Files.size(job.commit("alerts", "alerts-" + name, lines));
      bytes += Files.size(job.commit("scores", "scores-" + name, scored));
    }
  }

  private Process gateway(Path out, Path webhooks, int receiverPort) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "io.caddis.gateway.Gateway",
            "--port",
            "0",
            "--registry",
            directory.resolve("models").toString(),
            "--feed",
            out.toString(),
            "--store",
            store().toString(),
            "--webhooks",
            webhooks.toString(),
            "--webhook-allow",
            "127.0.0.1:" + receiverPort)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log()))
        .start();
  }

  private void awaitRead(Process gateway, long target) throws Exception {
    while (!Files.exists(store())) {
      awaitMore(gateway);
    }
    try (Connection connection = connection()) {
      while (read(connection) < target) {
        awaitMore(gateway);
      }
    }
  }

  private void awaitMore(Process gateway) throws InterruptedException {
    assertThat(gateway.waitFor(10, TimeUnit.MILLISECONDS))
        .withFailMessage(() -> "the gateway ended: " + text(log()))
        .isFalse();
  }

  /** How many bytes of the job's files are stored. */
  private static long read(Connection connection) throws SQLException {
    return number(connection, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'feed_files'") > 0
        ? number(connection, "SELECT SUM(read_to) FROM feed_files")
        : 0;
  }

  private long number(String sql) throws SQLException {
    try (Connection connection = connection()) {
      return number(connection, sql);
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  private Connection connection() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + store() + "?busy_timeout=60000");
  }

  private Path store() {
    return directory.resolve("gateway.db");
  }

  private File log() {
    return directory.resolve("gateway.log").toFile();
  }

  private static String text(File file) {
    try {
      return Files.readString(file.toPath());
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void fingerprints(JsonNode body, Set<String> told) {
    if (body.path("status").asString("").equals("firing")) {
      body.path("alerts").forEach(alert -> told.add(alert.path("fingerprint").asString()));
    }
  }
}
