// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.alerts;

import io.caddis.detectors.event.QualityKind;
import io.caddis.gateway.Metrics;
import io.caddis.gateway.feed.Feed;
import io.caddis.gateway.feed.LiveStream;
import io.caddis.gateway.feed.ResultJson;
import io.caddis.gateway.notify.Notifier;
import io.caddis.gateway.store.AlertQuery;
import io.caddis.gateway.store.AlertStore;
import io.caddis.gateway.store.Figures;
import io.caddis.gateway.store.Outbox;
import io.caddis.gateway.store.StoreException;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The figures about alerts that Prometheus reads. Those of the store are left out while it is away.
 */
final class AlertMetrics {
  private static final String PREFIX = "caddis_gateway_";
  private final AlertStore alerts;
  private final Figures figures;
  private final Outbox outbox;
  private final Notifier notifier;
  private final LiveStream live;
  private final @Nullable Feed feed;

  AlertMetrics(
      AlertStore alerts,
      Figures figures,
      Outbox outbox,
      Notifier notifier,
      LiveStream live,
      @Nullable Feed feed) {
    this.alerts = alerts;
    this.figures = figures;
    this.outbox = outbox;
    this.notifier = notifier;
    this.live = live;
    this.feed = feed;
  }

  void register(Metrics metrics) {
    if (feed != null) {
      metrics.gauge(
          "feed_lag_seconds", "Age of the oldest file that is not wholly read", feed::lagSeconds);
      counter(metrics, "feed_lines", "Lines read from the jobs' files", feed::lines);
      counter(metrics, "feed_malformed_lines", "Lines that cannot be used", feed::malformedLines);
      counter(metrics, "feed_alert_messages", "Messages about alerts", feed::alertLines);
    }
    metrics.gauge("live_clients", "Clients that watch live", live::clients);
    counter(metrics, "notifications", "Alerts that receivers took", notifier::delivered);
    counter(metrics, "notification_failures", "Attempts that failed", notifier::failed);
    gauges(metrics, "alerts_waiting", "Alerts open and not acknowledged", "severity", this::open);
    gauges(metrics, "results", "Results stored, by kind", "kind", this::results);
    gauges(metrics, "outbox", "Notifications by state", "state", outbox::counts);
    gauges(metrics, "labelled_alerts", "Judged and missed alarms", "label", figures::judgements);
  }

  private Map<String, Long> open() {
    return ResultJson.counts(alerts.counts(AlertQuery.WAITING));
  }

  /** Faults of data from 0 on: of a series that begins with its first one, no rule sees it come. */
  private Map<String, Long> results() {
    Map<String, Long> totals = figures.totals();
    for (QualityKind kind : QualityKind.values()) {
      totals.putIfAbsent("quality:" + kind.name().toLowerCase(Locale.ROOT), 0L);
    }
    return totals;
  }

  private static void counter(Metrics metrics, String name, String help, LongSupplier value) {
    CounterWithCallback.builder()
        .name(PREFIX + name + "_total")
        .help(help)
        .callback(callback -> callback.call(value.getAsLong()))
        .register(metrics.registry());
  }

  /** Asked of the store at each scrape. */
  private interface Counts {
    Map<String, Long> get();
  }

  private static void gauges(
      Metrics metrics, String name, String help, String label, Counts counts) {
    GaugeWithCallback.builder()
        .name(PREFIX + name)
        .help(help)
        .labelNames(label)
        .callback(
            callback -> {
              try {
                counts.get().forEach((kind, count) -> callback.call(count, kind));
              } catch (StoreException e) {
                // Nothing is known now; the health check says why.
                return;
              }
            })
        .register(metrics.registry());
  }
}
