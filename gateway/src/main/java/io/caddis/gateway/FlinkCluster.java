// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.LongSupplier;

/** The Flink cluster of the jobs, by its REST interface. Thread-safe. */
final class FlinkCluster {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Anybody may ask for the gateway's health: the cluster is not asked each time. */
  private static final Duration KEPT = Duration.ofSeconds(2);

  private final HttpRequest overview;
  private final LongSupplier nanoClock;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private long askedNanos;
  private boolean asked;
  private boolean reachable;

  /**
   * @param address of the web interface, {@code http://HOST:PORT}
   * @param nanoClock nanoseconds since some moment, of a clock that nobody sets
   * @throws IllegalArgumentException when it is no such address
   */
  FlinkCluster(URI address, LongSupplier nanoClock) {
    if (address.getHost() == null || !String.valueOf(address.getScheme()).matches("https?")) {
      throw new IllegalArgumentException("--flink must be http://HOST:PORT, was " + address);
    }
    String base = address.toString();
    this.overview =
        HttpRequest.newBuilder(URI.create(base + (base.endsWith("/") ? "" : "/") + "overview"))
            .timeout(PATIENCE)
            .build();
    this.nanoClock = nanoClock;
  }

  /** Whether it has answered, now or two seconds ago. */
  synchronized boolean reachable() {
    long now = nanoClock.getAsLong();
    if (!asked || now - askedNanos > KEPT.toNanos()) {
      reachable = answers();
      asked = true;
      askedNanos = now;
    }
    return reachable;
  }

  private boolean answers() {
    try {
      return client.send(overview, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
