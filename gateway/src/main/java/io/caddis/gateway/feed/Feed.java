// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import io.caddis.gateway.store.Batch;
import io.caddis.gateway.store.FeedStore;
import io.caddis.gateway.store.FilePosition;
import io.caddis.gateway.store.Retention;
import io.caddis.gateway.store.StoreException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a job's output folder into the store: each committed file once, in parts that fit into
 * memory, alerts before scores.
 *
 * <p>A line that cannot be used is counted and passed over. When files or the store cannot be
 * reached, the feed waits and goes on where it was. One thread reads; figures may be asked for by
 * any.
 */
public final class Feed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
  private static final int MAX_LINE_BYTES = 1 << 20;
  private static final int PART_LINES = 2_000;
  private static final int PART_BYTES = 4 << 20;

  /** Parts of one folder's files that are read before alerts have their turn again. */
  private static final int PARTS_IN_A_ROW = 10;

  private static final long PAUSE_MILLIS = 500;
  private static final long PAUSE_AFTER_FAILURE_MILLIS = 5_000;
  private static final Duration HOUSEKEEPING = Duration.ofHours(1);
  private static final Duration FRESH = Duration.ofMinutes(1);

  private final Map<ResultKind, ResultFiles> folders = new EnumMap<>(ResultKind.class);
  private final Map<ResultKind, Long> oldestUnread = new EnumMap<>(ResultKind.class);
  private final FeedStore store;
  private final Retention retention;
  private final Clock clock;
  private final Runnable onStored;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "feed");
  private final AtomicLong lines = new AtomicLong();
  private final AtomicLong malformed = new AtomicLong();
  private final AtomicLong alertLines = new AtomicLong();

  private @Nullable Map<String, FilePosition> positions;
  private long lastHousekeeping;
  private volatile long lastSuccess;
  private volatile long oldestUnreadMillis = Long.MAX_VALUE;

  /**
   * @param directory output directory of a job; need not exist yet
   * @param onStored told whenever something new is in the store
   */
  public Feed(
      Path directory, FeedStore store, Retention retention, Clock clock, Runnable onStored) {
    for (ResultKind kind : ResultKind.values()) {
      folders.put(kind, new ResultFiles(directory, kind));
    }
    this.store = store;
    this.retention = retention;
    this.clock = clock;
    this.onStored = onStored;
    this.lastSuccess = clock.millis();
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
    boolean any = false;
    for (Map.Entry<ResultKind, ResultFiles> folder : folders.entrySet()) {
      any |= poll(folder.getKey(), folder.getValue());
    }
    lastSuccess = clock.millis();
    return any;
  }

  private boolean poll(ResultKind kind, ResultFiles folder) throws IOException {
    Map<String, FilePosition> known = positions;
    if (known == null) {
      known = new HashMap<>(store.positions());
      positions = known;
    }
    int parts = 0;
    List<ResultFiles.Unread> unread = folder.unread(known, clock.millis());
    for (ResultFiles.Unread file : unread) {
      note(kind, file.modified());
      boolean done = false;
      while (!done) {
        if (parts++ == PARTS_IN_A_ROW || stop.getCount() == 0) {
          return true;
        }
        done = readPart(kind, file, known);
      }
    }
    note(kind, Long.MAX_VALUE);
    return !unread.isEmpty();
  }

  private void note(ResultKind kind, long oldest) {
    oldestUnread.put(kind, oldest);
    oldestUnreadMillis =
        oldestUnread.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
  }

  /** Returns whether the file is read to its end. */
  private boolean readPart(
      ResultKind kind, ResultFiles.Unread file, Map<String, FilePosition> known)
      throws IOException {
    FilePosition fresh = file.as();
    FilePosition before = known.get(fresh.file());
    long from = before == null || before.size() != fresh.size() ? 0 : before.readTo();
    if (from >= fresh.size() && before != null) {
      return true;
    }
    Part part = new Part(kind, fresh.file());
    long now = clock.millis();
    try (LineReader reader = new LineReader(file.path(), from, MAX_LINE_BYTES)) {
      LineReader.Line line = null;
      while (part.count < PART_LINES
          && reader.position() - from < PART_BYTES
          && (line = reader.next()) != null) {
        part.add(line, now);
      }
      // A file that is shorter than it was when it was listed ends here all the same.
      long readTo = line == null ? Math.max(fresh.size(), reader.position()) : reader.position();
      FilePosition after = new FilePosition(fresh.file(), fresh.size(), readTo);
      if (store.store(before, after, part.batch)) {
        known.put(fresh.file(), after);
        part.report();
        onStored.run();
      } else {
        catchUp(fresh.file(), known);
      }
      lastSuccess = clock.millis();
      return after.done();
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  /** Another gateway read this part into the same store. */
  private void catchUp(String file, Map<String, FilePosition> known) {
    Optional<FilePosition> position = store.position(file);
    if (position.isPresent()) {
      known.put(file, position.get());
    } else {
      known.remove(file);
    }
  }

  /** What is read of a file at once. */
  private final class Part {
    private final ResultKind kind;
    private final String file;
    private final Batch batch = new Batch();
    private int count;
    private int unusable;
    private String first = "";

    Part(ResultKind kind, String file) {
      this.kind = kind;
      this.file = file;
    }

    void add(LineReader.Line line, long now) {
      count++;
      if (line.bytes().length == 0) {
        return;
      }
      try {
        kind.read(line, batch, now);
      } catch (MalformedLineException e) {
        batch.count("malformed:" + kind.folder(), now);
        if (unusable++ == 0) {
          first = "at byte %d: %s".formatted(line.start(), e.getMessage());
        }
      }
    }

    void report() {
      lines.addAndGet(count);
      malformed.addAndGet(unusable);
      if (kind == ResultKind.ALERTS) {
        alertLines.addAndGet(count - unusable);
      }
      if (unusable > 0) {
        LOG.warn("{} lines of {} cannot be used, the first {}", unusable, file, first);
      }
    }
  }

  private void keepHouse() {
    long now = clock.millis();
    Map<String, FilePosition> known = positions;
    if (known == null || now - lastHousekeeping < HOUSEKEEPING.toMillis()) {
      return;
    }
    lastHousekeeping = now;
    int deleted = retention.apply();
    if (deleted > 0) {
      LOG.info("{} alerts were older than is kept", deleted);
    }
    retention.forget(file -> folders.values().stream().anyMatch(folder -> folder.isGone(file)));
    positions = null;
  }

  /** Whether the feed looked at its files, or stored a part of one, within the last minute. */
  public boolean isFresh() {
    return clock.millis() - lastSuccess < FRESH.toMillis();
  }

  /** How long the oldest file that is not wholly read has been waiting, seconds; 0 without any. */
  public double lagSeconds() {
    long oldest = oldestUnreadMillis;
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

  /** Stops within one part of a file. */
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
