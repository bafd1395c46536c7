// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The requests of {@link FuzzedRequests} to the routes that both services have, by four clients at
 * once, and bodies that never come. Counts what comes of them.
 */
final class PeerFuzz {
  private static final Set<String> ROUTES =
      Set.of(
          "/predict",
          "/predict/batch",
          "/train",
          "/v1/anomaly/fit",
          "/v1/anomaly/score",
          "/v1/anomaly/detect",
          "/v1/anomaly/load");

  private static final int CLIENTS = 4;
  private static final int BODY_BYTES = 1 << 16;
  private static final int SLOW = 20;

  /** What has not been sent by then is not. */
  private static final Duration MOST = Duration.ofHours(1);

  private static final byte[] BEGIN =
      "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{"
          .getBytes(StandardCharsets.US_ASCII);

  private static final Pattern FAULT = Pattern.compile("([A-Za-z_.]*(?:Error|Exception))(?::.*)?$");

  private final ServedProcess server;
  private final int requests;
  private final long seed;
  private final AnswerTally answers = new AnswerTally();
  private final AnswerTally slow = new AnswerTally();
  private final long begin = System.nanoTime();

  private PeerFuzz(ServedProcess server, int requests, long seed) {
    this.server = server;
    this.requests = requests;
    this.seed = seed;
  }

  /** Sends so many, and says what came of them. */
  static Map<String, String> run(ComparedService service, int requests, long seed)
      throws Exception {
    try (ServedProcess server = service.start()) {
      assertThat(ComparedService.train(server.port(), 200).status()).isEqualTo(200);
      Map<String, String> figures = new PeerFuzz(server, requests, seed).run();
      figures.put("faults in its log", faults(service.log()));
      return figures;
    }
  }

  /** What Python says was raised and not caught, by kind; a server that logs otherwise has none. */
  private static String faults(Path log) throws IOException {
    Map<String, Integer> kinds = new TreeMap<>();
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      lines
          .map(FAULT::matcher)
          .filter(Matcher::matches)
          .forEach(fault -> kinds.merge(fault.group(1), 1, Integer::sum));
    }
    return kinds.toString();
  }

  private Map<String, String> run() throws Exception {
    send(0, requests / 4, 0);
    long resident = server.isAlive() ? server.residentMegabytes() : 0;
    send(CLIENTS, requests - requests / 4, SLOW);
    assertThat(answers.of("2xx")).as("requests that the changes left valid").isPositive();
    assertThat(answers.of("4xx")).as("requests that were refused").isPositive();

    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("changed requests sent", "%,d".formatted(answers.sum()));
    figures.put("answered 2xx", "%,d".formatted(answers.of("2xx")));
    figures.put("answered 4xx", "%,d".formatted(answers.of("4xx")));
    figures.put("answered 5xx", "%,d".formatted(answers.of("5xx")));
    figures.put(
        "closed without an answer: whole requests; cut off or ended by the client",
        "%,d; %,d".formatted(answers.of(AnswerTally.CLOSED), answers.of(AnswerTally.CUT_OFF)));
    figures.put("neither within a minute", "%,d".formatted(answers.of(AnswerTally.UNANSWERED)));
    figures.put("answered by what is no HTTP", "%,d".formatted(answers.of(AnswerTally.GARBLED)));
    figures.put(
        "bodies that never came: given up; held for more than a minute",
        "%d; %d"
            .formatted(
                slow.sum() - slow.of(AnswerTally.UNANSWERED), slow.of(AnswerTally.UNANSWERED)));
    figures.put("the process died", server.isAlive() ? "no" : "yes");
    figures.put(
        "resident memory after a quarter; at the end, MB",
        server.isAlive() ? "%d; %d".formatted(resident, server.residentMegabytes()) : "-");
    figures.put("seconds", "%d".formatted(Duration.ofNanos(System.nanoTime() - begin).toSeconds()));
    return figures;
  }

  private void send(int stream, int count, int bodies) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<?>> clients = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        FuzzedRequests fuzzed =
            new FuzzedRequests(
                seed * 1_000 + stream + client,
                BODY_BYTES,
                path -> ROUTES.contains(path.replaceFirst("\\?.*", "")));
        clients.add(threads.submit(() -> send(fuzzed, count / CLIENTS)));
      }
      for (int body = 0; body < bodies; body++) {
        clients.add(threads.submit(this::sendSlowly));
      }
      for (Future<?> client : clients) {
        client.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private Void send(FuzzedRequests fuzzed, int count) throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      for (int i = 0; i < count && System.nanoTime() - begin < MOST.toNanos(); i++) {
        FuzzedRequests.Fuzzed request = fuzzed.next();
        answers.send(connection, request.bytes(), request.whole());
      }
    } catch (IOException e) {
      assertRefused(e);
    }
    return null;
  }

  private Void sendSlowly() throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      slow.send(connection, BEGIN, true);
    } catch (IOException e) {
      assertRefused(e);
    }
    return null;
  }

  /** Nobody is refused a connection while the process lives. */
  private void assertRefused(IOException cause) throws IOException {
    if (server.isAlive()) {
      throw cause;
    }
  }
}
