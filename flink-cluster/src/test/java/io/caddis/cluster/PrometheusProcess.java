// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prometheus as Debian packages it, in a process of its own, and what it answers. */
final class PrometheusProcess implements AutoCloseable {
  static final Path PROGRAM = Path.of("/usr/bin/prometheus");

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final String address;

  /**
   * Starts it; until it listens there is nothing in its answers.
   *
   * @param home for its data and its log
   */
  PrometheusProcess(Path configuration, Path home) throws IOException {
    address = "127.0.0.1:" + Ports.free(1).get(0);
    Files.createDirectories(home);
    process =
        new ProcessBuilder(
                PROGRAM.toString(),
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + home.resolve("data"),
                "--web.listen-address=" + address)
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("prometheus.log").toFile())
            .start();
  }

  /** What an expression gives now: a series each, empty when there are none. */
  JsonNode query(String expression) {
    String query = URLEncoder.encode(expression, StandardCharsets.UTF_8);
    return get("/api/v1/query?query=" + query).path("result");
  }

  /** The data of an answer; a missing node while it does not listen yet. */
  JsonNode get(String path) {
    assertThat(process.isAlive()).as("prometheus runs").isTrue();
    try {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(URI.create("http://" + address + path)).build(),
              HttpResponse.BodyHandlers.ofString());
      // 503 until it has read its own data.
      return response.statusCode() == 503
          ? JsonMapper.shared().missingNode()
          : JsonMapper.shared().readTree(response.body()).path("data");
    } catch (ConnectException e) {
      return JsonMapper.shared().missingNode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
