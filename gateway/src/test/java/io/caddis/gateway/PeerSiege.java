// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A {@link SteadyClient}, alone and then while others hold 400 connections and four send bodies
 * that would take too much. It ends a minute after its time, whatever the service does.
 */
final class PeerSiege {
  private static final int SLOW = 400;
  private static final int BOMBERS = 4;
  private static final Duration ALONE = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /**
   * Five requests a second, because a worker of uvicorn does not score a row fifty times a second,
   * and it gives up a connection that is silent for 5 s.
   */
  private static final SteadyClient.Manner MANNER =
      new SteadyClient.Manner(
          List.of("/model/info", "/health"), Duration.ofMillis(200), Duration.ofSeconds(3));

  private final List<BodyBomb> bodies = BodyBomb.all();
  private final AnswerTally bombs = new AnswerTally();
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();

  private PeerSiege() {}

  /** Besieges it for a while, and says what came of it. */
  static Map<String, String> run(ComparedService service, Duration time) throws Exception {
    try (ServedProcess server = service.start()) {
      assertThat(ComparedService.train(server.port(), 200).status()).isEqualTo(200);
      SteadyClient.Figures alone = client(server).ask(ALONE, PATIENCE);
      Map<String, String> figures = new LinkedHashMap<>();
      figures.put("the client alone: requests; not answered as they should be", outcome(alone));
      figures.put("the client alone: median; 99 %; most, ms", millis(alone));
      figures.put("alone, most resident memory, MB", "%,d".formatted(server.peakMegabytes()));
      figures.putAll(new PeerSiege().besiege(server, service.largestPage(), time));
      return figures;
    }
  }

  private Map<String, String> besiege(ServedProcess server, String page, Duration time)
      throws Exception {
    SteadyClient client = client(server);
    ExecutorService threads = Executors.newFixedThreadPool(BOMBERS);
    List<Future<?>> bombers = new ArrayList<>();
    SlowSockets slow = new SlowSockets(server.port(), SLOW, page);
    Map<String, String> figures = new LinkedHashMap<>();
    try {
      for (int i = 0; i < BOMBERS; i++) {
        bombers.add(threads.submit(() -> bomb(server)));
      }
      SteadyClient.Figures besieged = client.ask(time, PATIENCE);
      over.set(true);
      boolean alive = server.isAlive();
      figures.put("besieged: requests; not answered as they should be", outcome(besieged));
      figures.put("besieged: median; 99 %; most, ms", millis(besieged));
      figures.put(
          "besieged, most resident memory, MB",
          alive ? "%,d".formatted(server.peakMegabytes()) : "-");
      figures.put("besieged, the process died", alive ? "no" : "yes");
      besieged.wrong().stream()
          .limit(3)
          .map(fault -> fault.substring(0, Math.min(200, fault.length())))
          .forEach(System.out::println);
      threads.shutdown();
      threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } finally {
      over.set(true);
      threads.shutdownNow();
      end(slow, server);
    }
    for (Future<?> bomber : bombers) {
      // One that still waits ends with the process.
      if (bomber.isDone() && server.isAlive()) {
        bomber.get();
      }
    }
    assertThat(slow.opened()).as("slow connections").isGreaterThanOrEqualTo(SLOW);
    assertThat(sent.get()).as("bodies").isGreaterThanOrEqualTo(BOMBERS);
    long refused = bombs.of("4xx");
    long closed = bombs.of(AnswerTally.CLOSED);
    long others = bombs.sum() - refused - closed - bombs.of(AnswerTally.UNANSWERED);
    figures.put("slow connections opened", "%,d".formatted(slow.opened()));
    figures.put("bodies that would take too much: sent", "%,d".formatted(sent.get()));
    figures.put(
        "these refused with 4xx; other answers; closed; neither within a minute",
        "%,d; %,d; %,d; %,d"
            .formatted(refused, others, closed, sent.get() - refused - others - closed));
    return figures;
  }

  /** Ends the slow connections; a server that is gone leaves none. */
  private static void end(SlowSockets slow, ServedProcess server) throws IOException {
    try {
      slow.close();
    } catch (AssertionError e) {
      if (server.isAlive()) {
        throw e;
      }
    }
  }

  private static SteadyClient client(ServedProcess server) throws IOException {
    return new SteadyClient(server.port(), MANNER);
  }

  private static String outcome(SteadyClient.Figures figures) {
    return "%,d; %,d".formatted(figures.sortedNanos().length, figures.wrong().size());
  }

  private static String millis(SteadyClient.Figures figures) {
    return "%,.0f; %,.0f; %,.0f"
        .formatted(figures.millis(0.5), figures.millis(0.99), figures.millis(1));
  }

  private Void bomb(ServedProcess server) throws IOException {
    while (!over.get() && server.isAlive()) {
      BodyBomb bomb = bodies.get(sent.getAndIncrement() % bodies.size());
      try (RawConnection connection = new RawConnection(server.port())) {
        bombs.send(connection, bomb.request(), true);
      }
    }
    return null;
  }
}
