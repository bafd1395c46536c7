// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import io.caddis.gateway.store.FeedStore;
import io.caddis.gateway.store.FilePosition;
import io.caddis.gateway.store.Retention;
import io.caddis.gateway.store.StoreException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a job's results into the store, each once.
 *
 * <p>A line that cannot be used is counted and passed over. When results or the store cannot be
 * reached, the feed waits and goes on where it was. One thread reads; figures may be asked for by
 * any.
 */
public final class Feed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Feed.class);

  /** Of a line that is longer only the beginning is looked at. */
  static final int MAX_LINE_BYTES = 1 << 20;

  private static final long PAUSE_MILLIS = 500;
  private static final long PAUSE_AFTER_FAILURE_MILLIS = 5_000;
  private static final Duration HOUSEKEEPING = Duration.ofHours(1);
  private static final Duration FRESH = Duration.ofMinutes(1);

  private final ResultSource source;
  private final FeedStore store;
  private final Retention retention;
  private final Clock clock;
  private final LongSupplier nanoClock;
  private final Runnable onStored;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "feed");
  private final AtomicLong lines = new AtomicLong();
  private final AtomicLong malformed = new AtomicLong();
  private final AtomicLong alertLines = new AtomicLong();

  private long housekeepingNanos;
  private volatile long successNanos;

  /**
   * @param onStored told whenever something new is in the store
   */
  public Feed(
      ResultSource source, FeedStore store, Retention retention, Clock clock, Runnable onStored) {
    this(source, store, retention, clock, System::nanoTime, onStored);
  }

  /**
   * @param nanoClock nanoseconds since some moment, of a clock that nobody sets
   */
  Feed(
      ResultSource source,
      FeedStore store,
      Retention retention,
      Clock clock,
      LongSupplier nanoClock,
      Runnable onStored) {
    this.source = source;
    this.store = store;
    this.retention = retention;
    this.clock = clock;
    this.nanoClock = nanoClock;
    this.onStored = onStored;
    this.successNanos = nanoClock.getAsLong();
    this.housekeepingNanos = successNanos - HOUSEKEEPING.toNanos();
    thread.setDaemon(true);
  }

  /** Begins to read, in a thread of its own. */
  public void start() {
    thread.start();
  }

  private void run() {
    long pause = 0;
    while (!stopped(pause)) {
      try {
        pause = poll() ? 0 : PAUSE_MILLIS;
        keepHouse();
      } catch (IOException | StoreException e) {
        LOG.warn("The feed stands still: {}", e.getMessage());
        pause = PAUSE_AFTER_FAILURE_MILLIS;
      } catch (RuntimeException e) {
        LOG.error("The feed stands still", e);
        pause = PAUSE_AFTER_FAILURE_MILLIS;
      }
    }
    source.close();
  }

  private boolean stopped(long millis) {
    try {
      return stop.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  /**
   * Reads what is new, not necessarily all of it.
   *
   * @return whether there was anything
   */
  boolean poll() throws IOException {
    boolean any = source.poll(this);
    successNanos = nanoClock.getAsLong();
    return any;
  }

  /** Whether a source should return soon. */
  boolean isStopping() {
    return stop.getCount() == 0;
  }

  /**
   * Stores a part, and reports it.
   *
   * @return false when nothing was stored: see {@link FeedStore#store}
   */
  boolean store(@Nullable FilePosition before, FilePosition after, Part part) {
    boolean stored = store.store(before, after, part.batch());
    if (stored) {
      lines.addAndGet(part.count());
      malformed.addAndGet(part.unusable());
      alertLines.addAndGet(part.alertLines());
      if (part.unusable() > 0) {
        LOG.warn(part.complaint());
      }
      onStored.run();
    }
    successNanos = nanoClock.getAsLong();
    return stored;
  }

  private void keepHouse() {
    long now = nanoClock.getAsLong();
    if (now - housekeepingNanos < HOUSEKEEPING.toNanos()) {
      return;
    }
    housekeepingNanos = now;
    int deleted = retention.apply();
    if (deleted > 0) {
      LOG.info("{} alerts were older than is kept", deleted);
    }
    source.keepHouse(retention);
  }

  /** Whether the feed looked for results, or stored a part of them, within the last minute. */
  public boolean isFresh() {
    return nanoClock.getAsLong() - successNanos < FRESH.toNanos();
  }

  /** How long the oldest result that is not read has been waiting, seconds; 0 without any. */
  public double lagSeconds() {
    long oldest = source.oldestUnread();
    return oldest == Long.MAX_VALUE ? 0 : Math.max(0, clock.millis() - oldest) / 1000.0;
  }

  /** Lines read since the start. */
  public long lines() {
    return lines.get();
  }

  /** Lines that could not be used since the start. */
  public long malformedLines() {
    return malformed.get();
  }

  /** Messages about alerts that were read since the start. */
  public long alertLines() {
    return alertLines.get();
  }

  /** Stops within one part. */
  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
