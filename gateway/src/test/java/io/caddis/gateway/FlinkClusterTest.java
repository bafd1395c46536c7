// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FlinkClusterTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE);

  @Test
  void whatItAnsweredIsKeptForTwoSeconds() throws IOException {
    HttpServer flink = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    flink.createContext("/overview", exchange -> exchange.sendResponseHeaders(200, -1));
    flink.start();
    FlinkCluster cluster =
        new FlinkCluster(
            URI.create("http://127.0.0.1:" + flink.getAddress().getPort()), nanos::get);
    // The first request of this JVM may take longer than it is waited for.
    for (int asked = 0; asked < 20 && !cluster.reachable(); asked++) {
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(3));
    }
    assertThat(cluster.reachable()).isTrue();
    flink.stop(0);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
    assertThat(cluster.reachable()).isTrue();

    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));

    assertThat(cluster.reachable()).isFalse();
  }
}
