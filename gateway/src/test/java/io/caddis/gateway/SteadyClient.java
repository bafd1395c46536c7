// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.RawConnection.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client that has rows scored and looks at models, alerts and pages, a request at each beat
 * whether or not the one before has been answered, every other one over a connection of its own. It
 * knows every answer. Thread-safe.
 */
final class SteadyClient {
  /** As many requests at once as a client of one process has. */
  private static final int THREADS = 16;

  private static final int QUESTIONS = 50;

  /**
   * What suits a server.
   *
   * @param pages to look at
   * @param every how often a request is due
   * @param kept how long a connection may wait for the next: well below what the server allows
   */
  record Manner(List<String> pages, Duration every, Duration kept) {
    private static final Manner OF_A_GATEWAY =
        new Manner(
            List.of("/model/info", "/api/registry", "/api/alerts", "/dashboard/app.js", "/health"),
            Duration.ofMillis(20),
            Duration.ofSeconds(10));
  }

  private record Question(String method, String path, String body, String answer) {}

  private record Kept(RawConnection connection, long since) {}

  private final int port;
  private final Manner manner;
  private final List<Question> questions = new ArrayList<>();
  private final ConcurrentLinkedDeque<Kept> connections = new ConcurrentLinkedDeque<>();
  private final List<Long> nanos = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private boolean over;

  /** Of a gateway. */
  SteadyClient(int port) throws IOException {
    this(port, Manner.OF_A_GATEWAY);
  }

  /** Learns the answers, while nobody else asks. */
  SteadyClient(int port, Manner manner) throws IOException {
    this.port = port;
    this.manner = manner;
    List<Question> unanswered = new ArrayList<>();
    for (int i = 0; i < QUESTIONS; i++) {
      String row = "{\"a\": %d, \"b\": \"%s\"}".formatted(i, i % 3 == 0 ? "x" : "y");
      String body =
          i % 2 == 0
              ? "{\"data\": %s}".formatted(row)
              : "{\"rows\": [%s, {\"a\": %d}]}".formatted(row, -i);
      unanswered.add(new Question("POST", "/predict", body, ""));
    }
    for (String path : manner.pages) {
      unanswered.add(new Question("GET", path, "", ""));
    }
    for (Question question : unanswered) {
      Answer answer = send(question, true);
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      questions.add(
          new Question(question.method, question.path, question.body, lasting(answer.body())));
    }
  }

  /** What stays the same when the same is asked again. */
  private static String lasting(String body) {
    return body.replaceAll("\"(timestamp|uptime_seconds)\":(\"[^\"]*\"|[0-9.]+)", "");
  }

  /** What came of its requests. */
  record Figures(List<String> wrong, long[] sortedNanos) {
    double millis(double share) {
      return sortedNanos[
              (int) Math.min(sortedNanos.length - 1L, (long) (share * sortedNanos.length))]
          / 1e6;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d requests, %d not answered as they should be; ms: median %.1f, 99%% %.1f, 99.9%% %.1f,"
              + " most %.1f",
          sortedNanos.length,
          wrong.size(),
          millis(0.5),
          millis(0.99),
          millis(0.999),
          millis(1));
    }
  }

  /** Asks for a while, and waits until all is answered. */
  Figures ask(Duration time) throws InterruptedException {
    return ask(time, Duration.ofDays(1));
  }

  /**
   * Asks for a while. What a request takes counts from when it was due.
   *
   * @param patience how long after it what is not answered is waited for; then it never is
   */
  Figures ask(Duration time, Duration patience) throws InterruptedException {
    begin();
    ExecutorService askers = Executors.newFixedThreadPool(THREADS);
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    long everyMillis = manner.every.toMillis();
    int count = (int) (time.toMillis() / everyMillis);
    CountDownLatch answered = new CountDownLatch(count);
    long begin = System.nanoTime();
    int[] asked = {0};
    clock.scheduleAtFixedRate(
        () -> {
          int number = asked[0]++;
          if (number < count) {
            long due = begin + TimeUnit.MILLISECONDS.toNanos(number * everyMillis);
            askers.execute(() -> ask(number, due, answered));
          }
        },
        0,
        everyMillis,
        TimeUnit.MILLISECONDS);
    try {
      boolean all = answered.await(time.plus(patience).toMillis(), TimeUnit.MILLISECONDS);
      return figures(all ? 0 : count, System.nanoTime() - begin);
    } finally {
      clock.shutdownNow();
      askers.shutdownNow();
    }
  }

  private synchronized void begin() {
    nanos.clear();
    over = false;
  }

  /** An answer, unless it is too late; null if it is right. */
  private synchronized void came(@Nullable String fault, long tookNanos) {
    if (!over) {
      nanos.add(tookNanos);
      if (fault != null) {
        wrong.add(fault);
      }
    }
  }

  /** What has come, and what has not been answered of so many in so long a time. */
  private synchronized Figures figures(int due, long waitedNanos) {
    while (nanos.size() < due) {
      came("a request is not answered", waitedNanos);
    }
    over = true;
    return new Figures(
        List.copyOf(wrong), nanos.stream().mapToLong(Long::longValue).sorted().toArray());
  }

  private void ask(int number, long due, CountDownLatch answered) {
    Question question = questions.get(number * 7 % questions.size());
    String fault = null;
    try {
      Answer answer = send(question, number % 2 == 0);
      if (answer.status() != 200 || !lasting(answer.body()).equals(question.answer)) {
        fault = "%s gives %s instead of %s".formatted(question.path, answer, question.answer);
      }
    } catch (IOException | RuntimeException | Error e) {
      fault = question.path + " fails: " + e;
    } finally {
      came(fault, System.nanoTime() - due);
      answered.countDown();
    }
  }

  private Answer send(Question question, boolean kept) throws IOException {
    byte[] request =
        "%s %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n%s"
            .formatted(
                question.method,
                question.path,
                kept ? "" : "Connection: close\r\n",
                question.body.length(),
                question.body)
            .getBytes(StandardCharsets.US_ASCII);
    if (!kept) {
      try (RawConnection connection = new RawConnection(port)) {
        return connection.send(request, true);
      }
    }
    RawConnection connection = connection();
    Answer answer = connection.send(request, true);
    connections.push(new Kept(connection, System.nanoTime()));
    return answer;
  }

  private RawConnection connection() throws IOException {
    for (Kept kept = connections.poll(); kept != null; kept = connections.poll()) {
      if (System.nanoTime() - kept.since < manner.kept.toNanos()) {
        return kept.connection;
      }
      kept.connection.close();
    }
    return new RawConnection(port);
  }

  /** Closes the connections that it has kept. */
  void leave() throws IOException {
    for (Kept kept = connections.poll(); kept != null; kept = connections.poll()) {
      kept.connection.close();
    }
  }
}
