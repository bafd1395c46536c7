// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.simulate.SensorSimulator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulateCommandTest {
  @TempDir Path directory;

  @Test
  void readingsAndTheirAnomaliesAreWritten() throws IOException {
    Path file = directory.resolve("readings.csv");
    Path labels = directory.resolve("labels.csv");
    CommandRun run =
        simulate("--output", "" + file, "--labels", "" + labels, "--sensors=4", "--count=8000");
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();

    List<String> lines = Files.readAllLines(file);
    assertThat(lines.get(0))
        .isEqualTo("timestamp,sensor,temperature,vibration,pressure,current,mode");
    assertThat(lines.get(1))
        .matches("2026-01-01T00:00:00(\\.0\\d\\d)?Z,sensor-000,.*")
        .hasSizeGreaterThan(60);
    assertThat(lines.get(5)).matches("2026-01-01T00:00:01(\\.0\\d\\d)?Z,sensor-000,.*");
    assertThat(lines).hasSizeBetween(7_500, 8_001);

    List<String> anomalies = Files.readAllLines(labels);
    assertThat(anomalies).first().isEqualTo("key,start,end,kind");
    assertThat(anomalies.subList(1, anomalies.size()))
        .isNotEmpty()
        .allMatch(
            line ->
                line.matches(
                    "sensor-00[0-3](,2026-01-01T\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?Z){2},[a-z]+"));
    assertThat(run.out())
        .isEqualToNormalizingNewlines("8,000 readings, " + (anomalies.size() - 1) + " anomalies\n");
  }

  @Test
  void directoryGetsTheSameReadingsInAFileASensor() throws IOException {
    Path file = directory.resolve("all.csv");
    Path folder = Files.createDirectory(directory.resolve("by-sensor"));
    simulate("--output", "" + file, "--sensors=3", "--count=3000", "--rate=30");
    simulate("--output", "" + folder, "--sensors=3", "--count=3000", "--rate=30");
    List<String> bySensor = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path sensor : files.toList()) {
        List<String> lines = Files.readAllLines(sensor);
        bySensor.addAll(lines.subList(1, lines.size()));
      }
    }
    List<String> all = Files.readAllLines(file);
    assertThat(bySensor).containsExactlyInAnyOrderElementsOf(all.subList(1, all.size()));
    assertThat(all.get(4)).startsWith("2026-01-01T00:00:00.10");
  }

  @Test
  void whoConnectsIsSentTheReadingsOfTheFileAtTheRate() throws Exception {
    Path file = directory.resolve("readings.csv");
    simulate("--output", "" + file, "--sensors=2", "--count=400", "--rate=2000");
    SensorSimulator simulator =
        DetectionJob.simulator(42, 2, 2000, Instant.parse("2026-01-01T00:00:00Z"));
    long start = System.nanoTime();
    List<String> lines;
    try (SimulatedFeed feed = new SimulatedFeed(0)) {
      CompletableFuture<Void> sent =
          CompletableFuture.runAsync(
              () -> {
                try {
                  feed.send(simulator, 400, 2000);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), feed.port());
          BufferedReader in =
              new BufferedReader(
                  new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
        lines = in.lines().toList();
      }
      sent.join();
    }
    List<String> written = Files.readAllLines(file);
    assertThat(lines).isEqualTo(written.subList(1, written.size()));
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(399 * 500_000L);
  }

  @Test
  void readingsGoToOnePlaceOnly() throws IOException {
    CommandRun run = simulate("--output", "" + directory.resolve("x.csv"), "--listen=0");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).startsWith("one of --output, --topic and --listen must be given");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CommandRun second = simulate("--listen=" + taken.getLocalPort());
      assertThat(second.status()).isEqualTo(2);
      assertThat(second.err())
          .startsWith("--listen must be a free port, was " + taken.getLocalPort());
    }
    assertThat(simulate("--listen=70000").err()).contains("--listen must be 0 to 65535, was 70000");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --sensors=0 | --sensors must be at least 1, was 0
          --count=0 | --count must be at least 1, was 0
          --rate=-1 | --rate must not be negative, was -1.0
          --start=yesterday | --start must be like 2026-01-01T00:00:00Z, was 'yesterday'
          --sensors=many | Invalid value for option '--sensors': 'many' is not an int
          """)
  void wrongOptionsAreNamed(String option, String problem) {
    CommandRun run = simulate("--output", "" + directory.resolve("x.csv"), option);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err().lines())
        .containsExactly(problem, "Try 'caddis simulate --help' for more.");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void itIsToldWhatAPlaceToWriteToNeeds() {
    assertThat(simulate().err()).startsWith("one of --output, --topic and --listen must be given");
    assertThat(simulate("--output=x", "--topic=t").err())
        .startsWith("one of --output, --topic and --listen must be given");
    assertThat(simulate("--topic=t").err()).startsWith("--kafka must be given with --topic");
  }

  private static CommandRun simulate(String... args) {
    return CommandRun.of(
        (env, spec) -> {},
        Stream.concat(Stream.of("simulate"), Stream.of(args)).toArray(String[]::new));
  }
}
