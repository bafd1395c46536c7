// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.access.TokenFile;
import io.caddis.gateway.feed.JobOutput;
import io.caddis.gateway.notify.Receiver;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each secret that a gateway is given, in processes that log as the shipped ones do, while what it
 * is for fails: neither what they say nor what they answer holds one.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class SecretsSystemTest {
  private static final String SECRET = "canary-7c1e";

  @TempDir Path directory;

  private final StringBuilder said = new StringBuilder();
  private Path file;

  @BeforeEach
  void writeSecret() throws IOException {
    file = Files.writeString(directory.resolve("secret"), SECRET + "\n");
  }

  private Process gateway(String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlog4j.configurationFile=" + Path.of("../conf/log4j2-gateway.properties"),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "io.caddis.gateway.Gateway",
                "--port",
                "0",
                "--registry",
                directory.resolve("models").toString()));
    command.addAll(List.of(options));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** Reads what a process says up to a line that holds a text, and returns that line. */
  private String await(BufferedReader lines, String text) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      said.append(line).append('\n');
      if (line.contains(text)) {
        return line;
      }
    }
    throw new AssertionError("the gateway ended without '%s': %s".formatted(text, said));
  }

  /** Stops a process and reads what it says until its end. */
  private void stop(Process process, BufferedReader lines) throws InterruptedException {
    // Process.destroy would close what is still to be read.
    process.toHandle().destroy();
    lines.lines().forEach(line -> said.append(line).append('\n'));
    process.waitFor();
  }

  /** Runs a gateway that cannot start. */
  private void fails(String because, String... options) throws Exception {
    Process process = gateway(options);
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(line -> said.append(line).append('\n'));
    }
    assertThat(process.waitFor()).isNotZero();
    assertThat(said).contains(because).doesNotContain(SECRET);
  }

  @Test
  void ofClientsAndReceiversAreToldToNobody() throws Exception {
    Path tokens = directory.resolve("tokens.json");
    String token = new TokenFile(tokens).create("ops", Role.ADMIN, Instant.EPOCH);
    Path feed = directory.resolve("out");
    new JobOutput(feed)
        .commit(
            "alerts",
            "alerts.jsonl",
            List.of(JobOutput.alert("a1", 0, "opened", "pump-1", "critical", Instant.now())));
    StringBuilder answers = new StringBuilder();
    try (Receiver receiver = new Receiver()) {
      receiver.answer(500);
      Path webhooks =
          Files.writeString(
              directory.resolve("webhooks.yaml"),
              "webhooks: [{name: ops, url: 'http://127.0.0.1:%d/%s', token-file: %s}]"
                  .formatted(receiver.port(), SECRET, file));
      Process process =
          gateway(
              "--tokens=" + tokens,
              "--feed=" + feed,
              "--webhooks=" + webhooks,
              "--webhook-allow=127.0.0.1:" + receiver.port());
      try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
        String address = await(lines, "Listening on").replaceAll(".* (http://\\S+) .*", "$1");
        await(lines, "webhook ops at");
        for (String path :
            List.of(
                "/status",
                "/metrics",
                "/api/alerts",
                "/api/alerts/a1",
                "/api/feed",
                "/status?access_token=" + SECRET)) {
          answers.append(get(address + path, token)).append(get(address + path, SECRET));
        }
        stop(process, lines);
      }
      assertThat(receiver.bodies()).isNotEmpty();
    }

    assertThat(said)
        .contains("\"client\":\"ops\"", "\"status\":401")
        .doesNotContain(SECRET)
        .doesNotContain(token);
    assertThat(answers).contains("caddis_gateway_").doesNotContain(SECRET);
  }

  private static String get(String url, String token) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Bearer " + token).build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    return answer.headers().map() + answer.body();
  }

  @Test
  void ofKafkaAreToldToNobody() throws Exception {
    Path properties =
        Files.writeString(
            directory.resolve("kafka.properties"),
            """
            security.protocol=SASL_PLAINTEXT
            sasl.mechanism=PLAIN
            sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
            username="u" password="%s";
            """
                .formatted(SECRET));
    Process process =
        gateway(
            "--feed-kafka=127.0.0.1:1",
            "--feed-topic=alerts=alerts",
            "--feed-kafka-properties=" + properties,
            "--store=" + directory.resolve("gateway.db"));
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      await(lines, "could not be established");
      stop(process, lines);
    }
    assertThat(said).doesNotContain(SECRET);
  }

  @Test
  void ofTheStoreAndTheKeyAreToldToNobody() throws Exception {
    fails(
        "store",
        "--store=jdbc:postgresql://127.0.0.1:1/db",
        "--store-user=u",
        "--store-password-file=" + file);
    Path notPkcs12 = Files.writeString(directory.resolve("key.p12"), "nothing");
    fails("PKCS#12", "--tls-certificate=" + notPkcs12, "--tls-password-file=" + file);
  }
}
