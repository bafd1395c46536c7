// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.gateway.RawConnection.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A service that is killed again and again while it trains. Each training has a number of rows of
 * its own, by which the model is known that is there afterwards.
 */
final class PeerKills {
  private static final int KILLS = 20;
  private static final int ROWS = 2_000;

  /** A few come after the answer. */
  private static final double LATEST = 1.1;

  private final ComparedService service;
  private final Random random;
  private int lastRows = ROWS;

  /** Rows of the model that is there. */
  private int present = ROWS;

  private int unanswered;
  private int notStarted;
  private int notScored;
  private int lost;

  private PeerKills(ComparedService service, long seed) {
    this.service = service;
    this.random = new Random(seed);
  }

  /** Kills it 20 times, and says what came of it. */
  static Map<String, String> run(ComparedService service, long seed) throws Exception {
    return new PeerKills(service, seed).run();
  }

  private Map<String, String> run() throws Exception {
    // How long a training takes in a process that has just been started, as it always is here.
    long[] nanos = new long[3];
    for (int i = 0; i < nanos.length; i++) {
      try (ServedProcess server = service.start()) {
        long begin = System.nanoTime();
        assertThat(ComparedService.train(server.port(), ROWS).status()).isEqualTo(200);
        nanos[i] = System.nanoTime() - begin;
      }
    }
    Arrays.sort(nanos);
    for (int kill = 0; kill < KILLS; kill++) {
      killWhileItTrains((long) (random.nextDouble() * LATEST * nanos[1]));
    }
    assertThat(unanswered).as("trainings that were killed").isPositive();

    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("kill -9 while it trains", Integer.toString(KILLS));
    figures.put("of these before the training was answered", Integer.toString(unanswered));
    figures.put("a training, ms", "%,d".formatted(Duration.ofNanos(nanos[1]).toMillis()));
    figures.put("the service did not start any more", Integer.toString(notStarted));
    figures.put("started, but did not score", Integer.toString(notScored));
    figures.put("an acknowledged model was lost", Integer.toString(lost));
    return figures;
  }

  private void killWhileItTrains(long afterNanos) throws Exception {
    int acknowledged = present;
    int trained = ++lastRows;
    try (ServedProcess server = service.start()) {
      CompletableFuture<@Nullable Answer> training =
          CompletableFuture.supplyAsync(() -> train(server.port(), trained));
      TimeUnit.NANOSECONDS.sleep(afterNanos);
      server.close();
      Answer answer = training.get(1, TimeUnit.MINUTES);
      if (answer != null && answer.status() == 200) {
        acknowledged = trained;
      } else {
        unanswered++;
      }
    }
    try (ServedProcess server = service.start()) {
      present = samples(server);
      lost += present == acknowledged || present == trained ? 0 : 1;
      Answer scored =
          ComparedService.post(server.port(), "/predict", "{\"data\": {\"a\": 1, \"b\": \"x\"}}");
      notScored += scored.status() == 200 ? 0 : 1;
    } catch (ServedProcess.NotStarted e) {
      notStarted++;
      lost++;
      // As whoever runs it would, to have it running again.
      service.forget();
      try (ServedProcess server = service.start()) {
        assertThat(ComparedService.train(server.port(), lastRows).status()).isEqualTo(200);
      }
      present = lastRows;
    }
  }

  private static @Nullable Answer train(int port, int rows) {
    try {
      return ComparedService.train(port, rows);
    } catch (IOException killed) {
      return null;
    }
  }

  private static int samples(ServedProcess server) throws IOException {
    String body = ComparedService.get(server.port(), "/model/info").body();
    String found = body.replaceFirst("(?s).*\"num_samples\":\\s*(\\d+).*", "$1");
    return found.matches("\\d+") ? Integer.parseInt(found) : 0;
  }
}
