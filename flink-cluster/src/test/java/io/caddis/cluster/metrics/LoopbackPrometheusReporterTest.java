// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.metrics.NoOpMetricRegistry;
import org.apache.flink.runtime.metrics.filter.ReporterFilter;
import org.apache.flink.runtime.metrics.groups.FrontMetricGroup;
import org.apache.flink.runtime.metrics.groups.ReporterScopedSettings;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.util.PortRange;
import org.junit.jupiter.api.Test;

class LoopbackPrometheusReporterTest {
  @Test
  void flinkFindsTheFactory() {
    assertThat(ServiceLoader.load(MetricReporterFactory.class))
        .anyMatch(LoopbackPrometheusReporterFactory.class::isInstance);
  }

  @Test
  void metricsAreServedInPrometheusFormat() throws Exception {
    LoopbackPrometheusReporter reporter = new LoopbackPrometheusReporter(new PortRange(0));
    reporter.open(new MetricConfig());
    SimpleCounter counter = new SimpleCounter();
    counter.inc(42);

    reporter.notifyOfAddedMetric(counter, "scoredTotal", group());

    assertThat(get(reporter.port())).contains("scoredTotal{").contains("} 42.0");
    reporter.close();
  }

  @Test
  void nextPortOfTheRangeIsTakenWhenTheFirstIsNotFree() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int first = taken.getLocalPort();
      LoopbackPrometheusReporter reporter =
          new LoopbackPrometheusReporter(new PortRange(first + ",0"));
      assertThat(reporter.port()).isNotEqualTo(first);
      reporter.close();
    }
  }

  @Test
  void rangeWithoutFreePortIsRefusedByName() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      PortRange range = new PortRange(taken.getLocalPort());
      assertThatThrownBy(() -> new LoopbackPrometheusReporter(range))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("was " + taken.getLocalPort());
    }
  }

  private static MetricGroup group() {
    return new FrontMetricGroup<>(
        new ReporterScopedSettings<>(0, '.', ReporterFilter.getNoOpFilter(), Set.of(), Map.of()),
        TaskManagerMetricGroup.createTaskManagerMetricGroup(
            NoOpMetricRegistry.INSTANCE, "localhost", new ResourceID("taskmanager-1")));
  }

  private static String get(int port) throws IOException, InterruptedException {
    URI uri = URI.create("http://localhost:" + port + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
