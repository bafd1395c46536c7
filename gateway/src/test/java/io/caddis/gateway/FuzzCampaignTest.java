// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.caddis.gateway.FuzzedRequests.Fuzzed;
import io.caddis.gateway.RawConnection.Answer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Generated requests without end: whatever comes, the answer is the client's mistake or a
 * documented overload, no file but the gateway's own is touched or shown, and memory stays flat.
 *
 * <p>{@code caddis.campaign.requests} and {@code caddis.campaign.seed} say how many and which; what
 * a seed sends is the same each time.
 */
class FuzzCampaignTest {
  private static final int REQUESTS = Integer.getInteger("caddis.campaign.requests", 4_000);
  private static final long SEED = Long.getLong("caddis.campaign.seed", 1);
  private static final int CLIENTS = 4;
  private static final int SLOW_EACH = 5_000;
  private static final int BODY_BYTES = 1 << 16;
  private static final String SECRET = "not for anybody 7c1e";

  /** Of which the last is that of whoever asks. */
  private static final String OPEN_CONNECTIONS = "caddis_gateway_connections";

  /** What a gateway may come to hold besides, such as the code that the JVM makes of it. */
  private static final long HEAP_BYTES = 8 << 20;

  private static final Limits LIMITS =
      new Limits(
          BODY_BYTES,
          16 * BODY_BYTES,
          100,
          100,
          1 << 20,
          8,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5),
          100);

  @TempDir Path directory;

  private final Map<String, LongAdder> answers = new ConcurrentSkipListMap<>();

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void whateverComesIsTheClientsMistake() throws Exception {
    Files.writeString(directory.resolve("secret.txt"), SECRET);
    Path own = Files.createDirectories(directory.resolve("own"));
    List<String> before = files();
    try (TestGateway gateway = gateway(own)) {
      // What is made of the first requests stays: code, pools, metrics of each route.
      campaign(gateway.port(), 0, REQUESTS / 4);
      long heap = heapBytes();
      campaign(gateway.port(), CLIENTS, REQUESTS - REQUESTS / 4);
      long grown = heapBytes() - heap;

      assertThat(answers).containsKeys("200", "400", "422");
      System.out.printf("%d requests of seed %d: %s%n", REQUESTS, SEED, answers);
      System.out.printf("heap after collection: %,d bytes, grown by %,d%n", heap, grown);
      assertTimeoutPreemptively(
          Duration.ofMinutes(1),
          () -> {
            while (!gateway.get("/metrics").body().contains(OPEN_CONNECTIONS + " 1.0\n")) {
              TestGateway.pause();
            }
          },
          "connections of clients that are gone stay open");
      assertThat(gateway.get("/health").status()).isEqualTo(200);
      assertThat(gateway.post("/predict", "{\"data\": {\"a\": 1}}").status()).isEqualTo(200);
      assertThat(grown).as("growth of the heap, bytes").isLessThan(HEAP_BYTES);
    }
    assertThat(files()).as("files beside the gateway's own").isEqualTo(before);
    try (Stream<Path> models = Files.list(own.resolve("models"))) {
      assertThat(models.map(model -> model.getFileName().toString()))
          .allMatch(name -> name.matches("[A-Za-z0-9][A-Za-z0-9._-]*") || name.equals(".locks"));
    }
  }

  private static TestGateway gateway(Path own) {
    TestGateway gateway =
        new TestGateway(
            new TestOptions(own.resolve("models"))
                .limits(LIMITS)
                .control(own.resolve("control"))
                .build(),
            TestGateway.alerts(own.resolve("feed"), own.resolve("gateway.db").toString()),
            Clock.systemUTC());
    String rows = "{\"transactions\": [{\"a\": 1, \"b\": \"x\"}, {\"a\": 2, \"b\": \"y\"}]}";
    TestGateway.Answer trained = gateway.post("/train?backend=zscore", rows);
    assertThat(trained.status()).as(trained.body()).isEqualTo(200);
    return gateway;
  }

  /** All files but the gateway's own. */
  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(file -> !file.startsWith(directory.resolve("own")))
          .map(file -> file + " " + file.toFile().length())
          .sorted()
          .toList();
    }
  }

  private static long heapBytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  private void campaign(int port, int stream, int requests) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + 1);
    try {
      List<Future<?>> clients = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        FuzzedRequests fuzzed = new FuzzedRequests(SEED * 1_000 + stream + client, BODY_BYTES);
        clients.add(threads.submit(() -> send(port, fuzzed, requests / CLIENTS)));
      }
      clients.add(threads.submit(() -> sendSlowly(port, Math.round((float) requests / SLOW_EACH))));
      for (Future<?> client : clients) {
        client.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private Void send(int port, FuzzedRequests fuzzed, int requests) throws IOException {
    try (RawConnection connection = new RawConnection(port)) {
      for (int i = 0; i < requests; i++) {
        Fuzzed request = fuzzed.next();
        Answer answer = connection.send(request.bytes(), request.whole());
        answers.computeIfAbsent(kind(answer), unused -> new LongAdder()).increment();
        assertThat(answer.status())
            .as("%s gives %s", request, answer.body())
            .matches(status -> status < 500 || status == 503 || status == 505);
        assertThat(answer.body())
            .as("answer to %s", request)
            .doesNotContain("\tat ", "root:", SECRET);
      }
    }
    return null;
  }

  private static String kind(Answer answer) {
    return answer.status() == 0 ? "closed" : String.valueOf(answer.status());
  }

  /** Bodies that never come: they are given up, and take no thread from the others. */
  private Void sendSlowly(int port, int bodies) throws IOException {
    byte[] begin =
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{"
            .getBytes(StandardCharsets.US_ASCII);
    Map<Integer, RawConnection> waiting = new TreeMap<>();
    for (int i = 0; i < bodies; i++) {
      waiting.put(i, new RawConnection(port));
    }
    for (RawConnection connection : waiting.values()) {
      try (connection) {
        Answer answer = connection.send(begin, true);
        assertThat(answer.status()).as(answer.body()).isLessThan(500);
        answers.computeIfAbsent("slow " + kind(answer), unused -> new LongAdder()).increment();
      }
    }
    return null;
  }
}
