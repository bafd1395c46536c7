// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static io.caddis.gateway.feed.JobOutput.alert;
import static io.caddis.gateway.feed.JobOutput.score;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.feed.JobOutput;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Server-sent events over HTTP. */
@Timeout(120)
class LiveRoutesTest {
  @TempDir Path directory;

  private final HttpClient client = HttpClient.newHttpClient();
  private JobOutput job;
  private GatewayServer gateway;

  @BeforeEach
  void start() {
    Path out = directory.resolve("out");
    job = new JobOutput(out);
    gateway =
        Gateway.start(
            TestGateway.options(directory.resolve("models")),
            TestGateway.alerts(out, null),
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void alertsAndScoresComeAsTheyAreCommitted() throws Exception {
    try (BufferedReader events = watch("/api/live")) {
      assertThat(events.readLine()).isEqualTo("retry: 2000");
      job.commit("alerts", "a.jsonl", List.of(alert("a", 0, "opened", "насос-1")));

      assertThat(next(events)).contains("id: 1", "event: alert");
      job.commit("scores", "s.jsonl", List.of(score(1, "p", true)));
      assertThat(next(events)).contains("id: 2", "event: score");
    }
  }

  @Test
  void whoComesBackGetsWhatTheyMissed() throws Exception {
    try (BufferedReader events = watch("/api/live?events=alert")) {
      job.commit("alerts", "a.jsonl", List.of(alert("a", 0, "opened", "p")));
      assertThat(next(events)).contains("id: 1");
    }
    job.commit("alerts", "b.jsonl", List.of(alert("b", 0, "opened", "p")));

    try (BufferedReader events = watch("/api/live?events=alert", "Last-Event-ID", "1")) {
      List<String> event = next(events);
      assertThat(event).contains("id: 2", "event: alert");
      assertThat(event.toString()).contains("\"alert_id\":\"b\"");
    }
  }

  @Test
  void theGatewayStopsWhileSomebodyWatches() throws Exception {
    try (BufferedReader events = watch("/api/live")) {
      assertThat(events.readLine()).isEqualTo("retry: 2000");
      gateway.close();

      assertThat(events.lines().filter(line -> !line.isBlank() && !line.startsWith(":"))).isEmpty();
    }
  }

  @Test
  void wrongRequestsAreRefused() throws Exception {
    assertThat(send("/api/live?events=news").statusCode()).isEqualTo(422);
    assertThat(send("/api/live", "Last-Event-ID", "x").statusCode()).isEqualTo(422);
  }

  private BufferedReader watch(String path, String... headers) throws Exception {
    HttpResponse<InputStream> response = send(path, headers);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");
    return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  private HttpResponse<InputStream> send(String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
  }

  /** The lines of the next event; comments and the like are passed over. */
  private static List<String> next(BufferedReader reader) throws Exception {
    List<String> lines = new ArrayList<>();
    String line = reader.readLine();
    while (line != null) {
      if (!line.isEmpty()) {
        lines.add(line);
      } else if (lines.stream().anyMatch(each -> each.startsWith("event:"))) {
        return lines;
      } else {
        lines.clear();
      }
      line = reader.readLine();
    }
    throw new AssertionError("the stream ended");
  }
}
