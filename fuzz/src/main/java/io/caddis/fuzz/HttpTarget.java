// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import static io.caddis.fuzz.Target.require;

import io.caddis.gateway.Gateway;
import io.caddis.gateway.GatewayOptions;
import io.caddis.gateway.GatewayServer;
import io.caddis.gateway.Limits;
import io.caddis.gateway.alerts.AlertOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Bodies of requests to a gateway in this process. The first byte says to which route the rest
 * goes. Each is answered: taken, or as the client's mistake.
 */
final class HttpTarget implements Target {
  private static final String ROWS = "{\"a\": 1.5, \"b\": \"x\"}";

  /** Paths and valid bodies. */
  private static final List<List<String>> ROUTES =
      List.of(
          List.of("/predict", "{\"data\": " + ROWS + ", \"threshold\": 0.5}"),
          List.of("/predict?explain=true", "{\"rows\": [" + ROWS + ", {\"c\": 1}]}"),
          List.of("/predict", "{\"features\": [[1, \"x\"], [2, null]]}"),
          List.of("/predict/batch", "{\"transactions\": [" + ROWS + "]}"),
          List.of("/prediction", "{\"feature_vector\": [1, \"x\"], \"score\": true}"),
          List.of("/v1/anomaly/score", "{\"model\": \"m\", \"data\": [[1, \"x\"]]}"),
          List.of(
              "/v1/anomaly/detect",
              "{\"model\": \"m\", \"data\": [" + ROWS + "], \"threshold\": 0.1}"),
          List.of("/v1/anomaly/load", "{\"model\": \"m\", \"backend\": \"zscore\"}"),
          List.of("/api/silences", "{\"sensor\": \"pump-*\", \"minutes\": 5, \"note\": \"n\"}"),
          List.of("/api/alerts/0123456789abcdef/acknowledge", "{\"by\": \"me\", \"note\": \"n\"}"),
          List.of(
              "/api/control",
              "{\"type\": \"set_threshold\", \"sensors\": \"*\", \"threshold\": 0.8}"));

  private static final Duration PATIENCE = Duration.ofSeconds(100);
  private static final Limits LIMITS =
      new Limits(1 << 14, 1 << 20, 100, 100, 1 << 20, 8, PATIENCE, PATIENCE, PATIENCE, 100);

  private final HttpClient client = HttpClient.newHttpClient();
  private final GatewayServer gateway;

  HttpTarget() {
    try {
      Path home = Files.createTempDirectory("caddis-fuzz");
      gateway =
          Gateway.start(
              new GatewayOptions(
                  "127.0.0.1",
                  0,
                  home.resolve("models"),
                  "m",
                  null,
                  null,
                  false,
                  LIMITS,
                  null,
                  null,
                  null),
              new AlertOptions(
                  null,
                  null,
                  home.resolve("gateway.db").toString(),
                  null,
                  null,
                  Duration.ofDays(1),
                  1_000,
                  List.of(),
                  Duration.ofDays(1),
                  ""),
              Clock.systemUTC());
      String rows = "{\"transactions\": [{\"a\": 1, \"b\": \"x\"}, {\"a\": 2, \"b\": \"y\"}]}";
      int status =
          post("/train?backend=zscore", rows.getBytes(StandardCharsets.UTF_8)).statusCode();
      require(status == 200, "the gateway must train a model, answered %d", status);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int i = 0; i < ROUTES.size(); i++) {
      seeds.add(((char) i + ROUTES.get(i).get(1)).getBytes(StandardCharsets.UTF_8));
    }
    return seeds;
  }

  @Override
  public void read(byte[] input) throws IOException {
    if (input.length == 0) {
      return;
    }
    String path = ROUTES.get((input[0] & 0xff) % ROUTES.size()).get(0);
    HttpResponse<String> answer = post(path, Arrays.copyOfRange(input, 1, input.length));
    int status = answer.statusCode();
    require(status < 500, "%s must not fail, answered %d %s", path, status, answer.body());
    require(
        !answer.body().contains("\tat "), "%s must not tell a trace, was %s", path, answer.body());
  }

  private HttpResponse<String> post(String path, byte[] body) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
