// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.alerts;

import io.caddis.gateway.HealthCheck;
import io.caddis.gateway.Metrics;
import io.caddis.gateway.Routes;
import io.caddis.gateway.contract.Requests;
import io.caddis.gateway.dashboard.PlantRoutes;
import io.caddis.gateway.dashboard.TrialRoutes;
import io.caddis.gateway.feed.Feed;
import io.caddis.gateway.feed.FeedTopics;
import io.caddis.gateway.feed.LiveStream;
import io.caddis.gateway.feed.ResultFolders;
import io.caddis.gateway.feed.ResultSource;
import io.caddis.gateway.feed.ResultTopics;
import io.caddis.gateway.notify.Notifier;
import io.caddis.gateway.store.AlertStore;
import io.caddis.gateway.store.Batch;
import io.caddis.gateway.store.Database;
import io.caddis.gateway.store.FeedStore;
import io.caddis.gateway.store.Figures;
import io.caddis.gateway.store.Lanes;
import io.caddis.gateway.store.Outbox;
import io.caddis.gateway.store.Plant;
import io.caddis.gateway.store.Retention;
import io.caddis.gateway.store.ScoreWindow;
import io.caddis.gateway.store.Silences;
import io.caddis.gateway.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that has to do with alerts, put together: store, feed, live stream, notifications, routes.
 */
public final class AlertDesk implements AutoCloseable {
  private static final String FILE = "gateway.db";
  private static final long WRITABLE_NANOS = 1_000_000_000;

  private final Clock clock;
  private final Database database;
  private final @Nullable Path temporary;
  private final AlertStore alerts;
  private final Silences silences;
  private final Figures figures;
  private final ScoreWindow scores;
  private final Outbox outbox;
  private final Notifier notifier;
  private final LiveStream live;
  private final @Nullable Feed feed;
  private final @Nullable Path output;

  private boolean checked;
  private long checkedNanos;
  private boolean writable;

  private AlertDesk(
      AlertOptions options, Database database, @Nullable Path temporary, Clock clock) {
    this.clock = clock;
    this.database = database;
    this.temporary = temporary;
    this.alerts = new AlertStore(database, clock);
    this.silences = new Silences(database, clock);
    this.figures = new Figures(database, clock);
    this.scores = new ScoreWindow(database);
    this.outbox = new Outbox(database, clock);
    this.notifier =
        new Notifier(
            options.webhooks(), options.notifyWithin(), options.externalUrl(), outbox, clock);
    this.live = new LiveStream(alerts, scores);
    FeedStore results = new FeedStore(database, clock, notifier, options.scoreWindow());
    this.output = options.feed();
    ResultSource source = source(options, results, clock);
    this.feed =
        source == null
            ? null
            : new Feed(
                source,
                results,
                new Retention(database, clock, options.retention()),
                clock,
                live::wake);
  }

  private static @Nullable ResultSource source(
      AlertOptions options, FeedStore results, Clock clock) {
    FeedTopics topics = options.topics();
    if (topics != null) {
      return new ResultTopics(topics, results, clock);
    }
    Path feed = options.feed();
    return feed == null ? null : new ResultFolders(feed, results, clock);
  }

  /** Opens the store, and begins to read, to send and to notify. */
  public static AlertDesk open(AlertOptions options, Clock clock) {
    String store = options.store();
    Path feed = options.feed();
    Database database;
    Path temporary = null;
    try {
      if (store != null && store.startsWith("jdbc:")) {
        database = Database.open(store, options.storeUser(), options.storePassword(), clock);
      } else if (store != null) {
        database = Database.open(Path.of(store), clock);
      } else if (feed != null) {
        database = Database.open(feed.resolve(FILE), clock);
      } else {
        temporary = Files.createTempDirectory("caddis-gateway-");
        database = Database.open(temporary.resolve(FILE), clock);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open the store", e);
    }
    AlertDesk desk = new AlertDesk(options, database, temporary, clock);
    desk.live.start();
    desk.notifier.start();
    if (desk.feed != null) {
      desk.feed.start();
    }
    return desk;
  }

  /** The routes. */
  public List<Routes> routes(Requests requests) {
    return List.of(
        new AlertRoutes(alerts, silences, requests, clock),
        new FigureRoutes(figures, scores, feed, requests),
        new LiveRoutes(live, requests),
        new PlantRoutes(alerts, figures, new Lanes(database), new Plant(database), requests),
        new TrialRoutes(output, figures));
  }

  /** What must work. */
  public List<HealthCheck> checks() {
    List<HealthCheck> checks = new ArrayList<>();
    checks.add(new HealthCheck("store", this::isWritable));
    if (feed != null) {
      checks.add(new HealthCheck("feed", feed::isFresh));
    }
    return checks;
  }

  /** Whoever asks more often is told the same: anybody may, and each time writes to the disk. */
  private synchronized boolean isWritable() {
    long now = System.nanoTime();
    if (!checked || now - checkedNanos > WRITABLE_NANOS) {
      try {
        database.checkWritable();
        writable = true;
      } catch (StoreException e) {
        writable = false;
      }
      checked = true;
      checkedNanos = System.nanoTime();
    }
    return writable;
  }

  /** Readings of today, in UTC, that the jobs scored; 0 while the store is away. */
  public long scoresToday() {
    return today(Batch.SCORES);
  }

  /** Readings of today, in UTC, that the jobs found anomalous; 0 while the store is away. */
  public long anomaliesToday() {
    return today(Batch.ANOMALIES);
  }

  private long today(String kind) {
    try {
      return figures.totals(LocalDate.now(clock)).getOrDefault(kind, 0L);
    } catch (StoreException e) {
      return 0;
    }
  }

  /** Makes the figures known to Prometheus. */
  public void register(Metrics metrics) {
    new AlertMetrics(alerts, figures, outbox, notifier, live, feed).register(metrics);
  }

  /** Ends the live streams and notifications, and stops reading within one part of a file. */
  public void stop() {
    live.close();
    notifier.close();
    if (feed != null) {
      feed.close();
    }
  }

  /** Closes the store, which requests under way may need until then. */
  @Override
  public void close() {
    database.close();
    if (temporary != null) {
      delete(temporary);
    }
  }

  private static void delete(Path directory) {
    try {
      for (String suffix : List.of("", "-wal", "-shm")) {
        Files.deleteIfExists(directory.resolve(FILE + suffix));
      }
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory, e);
    }
  }
}
