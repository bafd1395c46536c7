// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.metrics;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.HTTPServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Iterator;
import org.apache.flink.metrics.prometheus.AbstractPrometheusReporter;
import org.apache.flink.util.PortRange;

/** Serves this process's metrics in Prometheus' text format to this machine only. */
final class LoopbackPrometheusReporter extends AbstractPrometheusReporter {
  private final HTTPServer server;

  LoopbackPrometheusReporter(PortRange ports) {
    server = listen(ports);
    log.info("Prometheus metrics at http://localhost:{}/metrics", server.getPort());
  }

  int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.stop();
    super.close();
  }

  private HTTPServer listen(PortRange ports) {
    for (Iterator<Integer> candidates = ports.getPortsIterator(); candidates.hasNext(); ) {
      int port = candidates.next();
      try {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        return new HTTPServer(address, registry());
      } catch (BindException e) {
        log.debug("Port {} is taken", port);
      } catch (IOException e) {
        throw new IllegalStateException("cannot serve metrics on port " + port, e);
      }
    }
    throw new IllegalStateException("port must be a range with a free port, was " + ports);
  }

  /** Flink registers all metrics there and shows it to the reporters of its own package only. */
  private CollectorRegistry registry() {
    try {
      var field = AbstractPrometheusReporter.class.getDeclaredField("registry");
      field.setAccessible(true);
      return (CollectorRegistry) field.get(this);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this version of Flink keeps its Prometheus metrics elsewhere", e);
    }
  }
}
