// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.RawConnection.Answer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client that asks as clients do, while others do all they can without leave: hold hundreds of
 * connections, send bodies that would take too much, and ask for what is not theirs. The client
 * gets every answer, and the right one.
 *
 * <p>{@code caddis.campaign.seconds} and {@code caddis.campaign.seed} say how long and in which
 * order; with the first its answers must also come in time.
 */
class SiegeTest {
  private static final Integer SECONDS = Integer.getInteger("caddis.campaign.seconds");
  private static final long SEED = Long.getLong("caddis.campaign.seed", 1);
  private static final int SHORT_SECONDS = 5;
  private static final double P99_MILLIS = 1_000;

  private static final int SLOW = 400;
  private static final int BOMBERS = 4;
  private static final int LOOKERS = 2;
  private static final String SECRET = "not for anybody 7c1e";

  /** What a gateway may come to hold besides, such as the code that the JVM makes of it. */
  private static final long HEAP_BYTES = 8 << 20;

  @TempDir Path directory;

  private final List<BodyBomb> bodies = BodyBomb.all();
  private final Map<String, LongAdder> bombs = new ConcurrentSkipListMap<>();
  private final Map<String, LongAdder> looks = new ConcurrentSkipListMap<>();

  @Test
  @Timeout(value = 4, unit = TimeUnit.HOURS)
  void whoAsksAsClientsDoIsAnswered() throws Exception {
    Path own = Files.createDirectories(directory.resolve("own"));
    Duration time = Duration.ofSeconds(SECONDS == null ? SHORT_SECONDS : SECONDS);
    try (TestGateway gateway = gateway(own)) {
      List<String> outside = laidOut(own);
      SteadyClient client = new SteadyClient(gateway.port());
      Traversals traversals =
          new Traversals(
              gateway.routes(),
              List.of("secret.txt", "outside", "etc/passwd", "tokens.json", "gateway.db"),
              SEED);
      // What is made of the first requests stays: code, pools, metrics of each route. On a slow
      // machine a short siege has only just made it when it ends.
      SteadyClient.Figures first =
          besiege(gateway.port(), traversals, client, time.dividedBy(SECONDS == null ? 1 : 10));
      assertGone(gateway, client);
      long heap = heapBytes();

      SteadyClient.Figures figures = besiege(gateway.port(), traversals, client, time);
      assertGone(gateway, client);
      long grown = heapBytes() - heap;

      System.out.printf("bodies: %s%n", bombs);
      System.out.printf(
          "paths and names: %d vectors, %d places, %d sent: %s%n",
          traversals.vectors(), traversals.places(), traversals.sent(), looks);
      System.out.printf("heap after collection: %,d bytes, grown by %,d%n", heap, grown);
      System.out.printf("5xx: %s%n", serverErrors(gateway));
      assertThat(first.wrong()).as("first answers to the client").isEmpty();
      assertThat(figures.wrong()).as("answers to the client").isEmpty();
      assertThat(serverErrors(gateway))
          .as("answers of 5xx")
          .allMatch(line -> line.contains("\"503\""));
      // In a short one all of a kind may meet the documented 503.
      if (SECONDS != null) {
        for (BodyBomb bomb : bodies) {
          assertThat(bombs).as("refusals").containsKey(bomb.name() + ' ' + bomb.refused());
        }
        assertThat(figures.millis(0.99)).as("p99, ms").isLessThanOrEqualTo(P99_MILLIS);
      }
      assertThat(grown).as("growth of the heap, bytes").isLessThan(HEAP_BYTES);
      assertThat(outside(own)).as("files that are not the gateway's own").isEqualTo(outside);
    }
  }

  private static TestGateway gateway(Path own) {
    TestGateway gateway =
        new TestGateway(
            new TestOptions(own.resolve("models")).control(own.resolve("control")).build(),
            TestGateway.alerts(own.resolve("feed"), own.resolve("gateway.db").toString()),
            Clock.systemUTC());
    StringBuilder rows = new StringBuilder("{\"a\": 0, \"b\": \"x\"}");
    for (int i = 1; i < 200; i++) {
      rows.append(",{\"a\": %d, \"b\": \"%s\"}".formatted(i % 17, i % 3 == 0 ? "x" : "y"));
    }
    TestGateway.Answer trained =
        gateway.post("/train?backend=isolation_forest", "{\"transactions\": [" + rows + "]}");
    assertThat(trained.status()).as(trained.body()).isEqualTo(200);
    return gateway;
  }

  /** Lays what nobody may reach beside what the gateway serves: a text, and a good model. */
  private List<String> laidOut(Path own) throws IOException {
    for (Path beside : List.of(directory, own)) {
      Files.writeString(beside.resolve("secret.txt"), SECRET);
      Files.writeString(beside.resolve("tokens.json"), SECRET);
      try (Stream<Path> model = Files.walk(own.resolve("models").resolve("m"))) {
        for (Path file : model.toList()) {
          Path copy = beside.resolve("outside");
          Files.copy(file, copy.resolve(own.resolve("models").resolve("m").relativize(file)));
        }
      }
    }
    return outside(own);
  }

  private List<String> outside(Path own) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(
              file ->
                  Stream.of("models", "feed", "control")
                      .noneMatch(name -> file.startsWith(own.resolve(name))))
          .filter(file -> !file.getFileName().toString().startsWith("gateway.db"))
          .map(file -> file + " " + (Files.isDirectory(file) ? 0 : file.toFile().length()))
          .sorted()
          .toList();
    }
  }

  private SteadyClient.Figures besiege(
      int port, Traversals traversals, SteadyClient client, Duration time) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(BOMBERS + LOOKERS);
    List<Future<?>> attackers = new ArrayList<>();
    SlowSockets slow = new SlowSockets(port, SLOW);
    SteadyClient.Figures figures;
    try {
      AtomicInteger next = new AtomicInteger();
      for (int i = 0; i < BOMBERS; i++) {
        attackers.add(threads.submit(() -> bomb(port, next, over)));
      }
      for (int i = 0; i < LOOKERS; i++) {
        attackers.add(threads.submit(() -> look(port, traversals, over)));
      }
      figures = client.ask(time);
    } finally {
      over.set(true);
      threads.shutdown();
      slow.close();
    }
    System.out.printf("the client: %s%n", figures);
    System.out.printf("slow: %d opened, ended by the gateway: %s%n", slow.opened(), slow.ends());
    for (Future<?> attacker : attackers) {
      attacker.get();
    }
    return figures;
  }

  private Void bomb(int port, AtomicInteger next, AtomicBoolean over) throws IOException {
    while (!over.get()) {
      BodyBomb bomb = bodies.get(next.getAndIncrement() % bodies.size());
      try (RawConnection connection = new RawConnection(port)) {
        Answer answer = connection.send(bomb.request(), true);
        count(bombs, bomb.name() + ' ' + answer.status());
        // Of what is refused before all of it was read, the client may see the end only.
        assertThat(answer.status())
            .as("%s gives %s", bomb.name(), answer)
            .isIn(bomb.refused(), 503, 0);
        assertThat(answer.body()).as(bomb.name()).hasSizeLessThan(2_000);
      }
    }
    return null;
  }

  private Void look(int port, Traversals traversals, AtomicBoolean over) throws IOException {
    try (RawConnection connection = new RawConnection(port)) {
      while (!over.get()) {
        Traversals.Request request = traversals.next();
        Answer answer = connection.send(request.bytes(), true);
        if (answer.status() == 0) {
          // Sent on a connection that an error before had closed.
          answer = connection.send(request.bytes(), true);
        }
        count(looks, String.valueOf(answer.status()));
        assertThat(answer.status())
            .as("%s gives %s", request.name(), answer)
            .matches(status -> status >= 400 && status < 500 || status == 503);
        assertThat(answer.body())
            .as("answer to %s", request.name())
            .doesNotContain(SECRET, "root:", "\tat ");
      }
    }
    return null;
  }

  private static void count(Map<String, LongAdder> counts, String what) {
    counts.computeIfAbsent(what, unused -> new LongAdder()).increment();
  }

  /** Waits until no connection is left but that of whoever asks. */
  private static void assertGone(TestGateway gateway, SteadyClient client) throws IOException {
    client.leave();
    while (!gateway.get("/metrics").body().contains("caddis_gateway_connections 1.0\n")) {
      TestGateway.pause();
    }
  }

  private static List<String> serverErrors(TestGateway gateway) {
    return gateway
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.contains("_count{") && line.contains("status=\"5"))
        .toList();
  }

  private static long heapBytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
