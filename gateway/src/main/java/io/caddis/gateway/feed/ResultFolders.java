// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import io.caddis.gateway.store.FeedStore;
import io.caddis.gateway.store.FilePosition;
import io.caddis.gateway.store.Retention;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The output folder of a job: each committed file is read once, in parts that fit into memory,
 * alerts before scores.
 */
public final class ResultFolders implements ResultSource {
  private static final int PART_LINES = 2_000;
  private static final int PART_BYTES = 4 << 20;

  /** Parts of one folder's files that are read before alerts have their turn again. */
  private static final int PARTS_IN_A_ROW = 10;

  private final Map<ResultKind, ResultFiles> folders = new EnumMap<>(ResultKind.class);
  private final Map<ResultKind, Long> oldestUnread = new EnumMap<>(ResultKind.class);
  private final FeedStore store;
  private final Clock clock;
  private final LongSupplier nanoClock;

  private @Nullable Map<String, FilePosition> positions;
  private volatile long oldestUnreadMillis = Long.MAX_VALUE;

  /**
   * @param directory output directory of a job; need not exist yet
   * @param store knows how far files were read
   */
  public ResultFolders(Path directory, FeedStore store, Clock clock) {
    this(directory, store, clock, System::nanoTime);
  }

  ResultFolders(Path directory, FeedStore store, Clock clock, LongSupplier nanoClock) {
    for (ResultKind kind : ResultKind.values()) {
      folders.put(kind, new ResultFiles(directory, kind));
    }
    this.store = store;
    this.clock = clock;
    this.nanoClock = nanoClock;
  }

  @Override
  public boolean poll(Feed feed) throws IOException {
    boolean any = false;
    for (Map.Entry<ResultKind, ResultFiles> folder : folders.entrySet()) {
      any |= poll(feed, folder.getKey(), folder.getValue());
    }
    return any;
  }

  private boolean poll(Feed feed, ResultKind kind, ResultFiles folder) throws IOException {
    Map<String, FilePosition> known = positions;
    if (known == null) {
      known = new HashMap<>(store.positions());
      positions = known;
    }
    int parts = 0;
    List<ResultFiles.Unread> unread = folder.unread(known, nanoClock.getAsLong());
    for (ResultFiles.Unread file : unread) {
      note(kind, file.modified());
      boolean done = false;
      while (!done) {
        if (parts++ == PARTS_IN_A_ROW || feed.isStopping()) {
          return true;
        }
        done = readPart(feed, kind, file, known);
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
      Feed feed, ResultKind kind, ResultFiles.Unread file, Map<String, FilePosition> known)
      throws IOException {
    FilePosition fresh = file.as();
    FilePosition before = known.get(fresh.file());
    long from = before == null || before.size() != fresh.size() ? 0 : before.readTo();
    if (from >= fresh.size() && before != null) {
      return true;
    }
    Part part = new Part(kind, fresh.file());
    long now = clock.millis();
    try (LineReader reader = new LineReader(file.path(), from, Feed.MAX_LINE_BYTES)) {
      LineReader.Line line = null;
      while (part.count() < PART_LINES
          && reader.position() - from < PART_BYTES
          && (line = reader.next()) != null) {
        part.add(line, now);
      }
      // A file that is shorter than it was when it was listed ends here all the same.
      long readTo = line == null ? Math.max(fresh.size(), reader.position()) : reader.position();
      FilePosition after = new FilePosition(fresh.file(), fresh.size(), readTo);
      if (feed.store(before, after, part)) {
        known.put(fresh.file(), after);
      } else {
        catchUp(fresh.file(), known);
      }
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

  @Override
  public long oldestUnread() {
    return oldestUnreadMillis;
  }

  @Override
  public void keepHouse(Retention retention) {
    retention.forget(file -> folders.values().stream().anyMatch(folder -> folder.isGone(file)));
    positions = null;
  }
}
