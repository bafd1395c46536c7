// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The assembled gateway in a process of its own, and a client of it. */
final class GatewayProcess implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("Listening on (http://\\S+)");
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final String address;

  /**
   * Starts it on a free port and waits until it listens.
   *
   * @param log file for all that it says
   */
  GatewayProcess(Path log, String... options) throws IOException {
    Path distribution =
        Path.of(System.getProperty("caddis.gateway", "../gateway/target/caddis-gateway"));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                distribution.resolve("lib") + "/*",
                "io.caddis.gateway.Gateway",
                "--port=0"));
    command.addAll(List.of(options));
    process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean listens =
        Patience.await(PATIENCE, () -> address(log).find() || !process.isAlive())
            && process.isAlive();
    if (!listens) {
      process.destroyForcibly();
      throw new IOException("the gateway did not start: " + Files.readString(log));
    }
    Matcher said = address(log);
    address = said.find() ? said.group(1) : "";
  }

  private static Matcher address(Path log) {
    try {
      return ADDRESS.matcher(Files.readString(log));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Posts JSON and returns the answer, which must not be an error. */
  JsonNode post(String path, String json) {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  JsonNode get(String path) {
    return send(request(path));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address + path));
  }

  private JsonNode send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
      return JsonMapper.shared().readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
