// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayServerTest {
  @TempDir Path directory;

  @Test
  void answersThatItIsHealthy() throws Exception {
    GatewayOptions options = new GatewayOptions("127.0.0.1", 0, directory);
    try (GatewayServer server = Gateway.start(options, Clock.systemUTC())) {
      HttpResponse<String> response = get(server, "/health");

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body())
          .contains("\"status\":\"healthy\"")
          .contains("\"uptime_seconds\":")
          .contains("\"checks\":{\"registry\":true,\"model\":true");
    }
  }

  @Test
  void unknownPathsAreAProblem() throws Exception {
    GatewayOptions options = new GatewayOptions("127.0.0.1", 0, directory);
    try (GatewayServer server = Gateway.start(options, Clock.systemUTC())) {
      HttpResponse<String> response = get(server, "/nothing/here");

      assertThat(response.statusCode()).isEqualTo(404);
      assertThat(response.headers().firstValue("Content-Type"))
          .contains("application/problem+json");
    }
  }

  private static HttpResponse<String> get(GatewayServer server, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }
}
