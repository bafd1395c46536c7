// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.DoubleSupplier;

/**
 * The figures that Prometheus reads. A label never holds what a client sent: a path is that of its
 * route. Thread-safe.
 */
public final class Metrics {
  private static final String PREFIX = "caddis_gateway_";

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Histogram durations =
      Histogram.builder()
          .name(PREFIX + "http_request_duration_seconds")
          .help("How long requests took")
          .labelNames("method", "route", "status")
          .classicOnly()
          .classicUpperBounds(.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10)
          .register(registry);
  private final Counter rows = counter("rows_scored", "Rows scored");
  private final Counter anomalies = counter("anomalies", "Rows scored that were anomalous");
  private final Counter trainings = counter("trainings", "Models fitted or updated");

  /** A new counter without labels; its name ends in {@code _total}. */
  private Counter counter(String name, String help) {
    return Counter.builder().name(PREFIX + name + "_total").help(help).register(registry);
  }

  /** A gauge that is asked for its value at every scrape. */
  public void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(PREFIX + name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  /** The registry, for figures of other kinds. */
  public PrometheusRegistry registry() {
    return registry;
  }

  /** Counts a request. */
  void request(String method, String route, int status, double seconds) {
    durations.labelValues(method, route, String.valueOf(status)).observe(seconds);
  }

  /** Counts rows that were scored. */
  public void scored(int scored, int anomalous) {
    rows.inc(scored);
    anomalies.inc(anomalous);
  }

  /** Counts a training. */
  public void trained() {
    trainings.inc();
  }

  /** All figures in the text format of Prometheus. */
  byte[] text() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(out, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
