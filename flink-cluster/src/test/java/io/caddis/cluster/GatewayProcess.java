// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.cluster.demo.DemoGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway in a process of its own, and a client of it. */
final class GatewayProcess implements AutoCloseable {
  private final HttpClient client = HttpClient.newHttpClient();
  private final DemoGateway gateway;

  /**
   * Starts it on a free port and waits until it listens.
   *
   * @param home for its log
   */
  GatewayProcess(Path home, String... options) throws IOException {
    Path distribution =
        Path.of(System.getProperty("caddis.gateway", "../gateway/target/caddis-gateway"));
    List<String> all = new ArrayList<>(List.of(options));
    all.add("--port=0");
    Optional<DemoGateway> started = DemoGateway.start(distribution, home, all);
    if (started.isEmpty()) {
      throw new IOException(
          "the gateway did not start: " + Files.readString(DemoGateway.log(home)));
    }
    gateway = started.get();
  }

  /** Posts JSON and returns the answer, which must not be an error. */
  JsonNode post(String path, String json) {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  JsonNode get(String path) {
    return send(request(path));
  }

  /** Where it serves, without a path. */
  String address() {
    return gateway.address();
  }

  long pid() {
    return gateway.pid();
  }

  /** Whether all that it needs answers it; what does not answer at once may do so later. */
  boolean isHealthy() {
    try {
      return client
              .send(request("/health").build(), HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(gateway.address() + path));
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
    gateway.close();
  }
}
