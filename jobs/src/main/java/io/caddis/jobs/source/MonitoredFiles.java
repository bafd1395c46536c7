// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.PendingSplitsCheckpoint;
import org.apache.flink.connector.file.src.assigners.FileSplitAssigner;
import org.apache.flink.connector.file.src.enumerate.FileEnumerator;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out the files of directories that are listed again and again, each once.
 *
 * <p>A name is remembered, in checkpoints too, as long as its file is there and for {@link
 * #FORGET_AFTER} more, or until another file is there. Flink's own enumerator remembers all there
 * ever were, which after a year are millions, on the JobManager's heap and written anew with each
 * checkpoint.
 */
final class MonitoredFiles
    implements SplitEnumerator<FileSourceSplit, PendingSplitsCheckpoint<FileSourceSplit>> {
  /** Long enough for any listing that misses a file which is there. */
  static final Duration FORGET_AFTER = Duration.ofMinutes(5);

  private static final Logger LOG = LoggerFactory.getLogger(MonitoredFiles.class);

  private final SplitEnumeratorContext<FileSourceSplit> context;
  private final Path[] roots;
  private final Duration interval;
  private final FileEnumerator files;
  private final FileSplitAssigner assigner;
  private final LongSupplier nanoClock;

  /** When each name was listed last, by the clock. */
  private final Map<Path, Long> seen = new HashMap<>();

  /** Readers that have nothing to read, the one that asked first before the others: host names. */
  private final Map<Integer, @Nullable String> idle = new LinkedHashMap<>();

  /**
   * @param interval how often the directories are listed
   * @param assigner with the files that wait
   * @param known names that have been met before
   * @param nanoClock as {@link System#nanoTime}
   */
  MonitoredFiles(
      SplitEnumeratorContext<FileSourceSplit> context,
      Path[] roots,
      Duration interval,
      FileEnumerator files,
      FileSplitAssigner assigner,
      Collection<Path> known,
      LongSupplier nanoClock) {
    this.context = context;
    this.roots = roots.clone();
    this.interval = interval;
    this.files = files;
    this.assigner = assigner;
    this.nanoClock = nanoClock;
    long now = nanoClock.getAsLong();
    known.forEach(path -> seen.put(path, now));
  }

  @Override
  public void start() {
    context.callAsync(
        () -> files.enumerateSplits(roots, 1),
        this::listed,
        interval.toMillis(),
        interval.toMillis());
  }

  private void listed(Collection<FileSourceSplit> splits, @Nullable Throwable failure) {
    if (failure != null) {
      LOG.error("The input could not be listed; the next attempt follows", failure);
      return;
    }
    long now = nanoClock.getAsLong();
    assigner.addSplits(
        splits.stream().filter(split -> seen.put(split.path(), now) == null).toList());
    // A directory without any file may be one that is not mounted.
    if (!splits.isEmpty()) {
      seen.values().removeIf(listed -> now - listed > FORGET_AFTER.toNanos());
    }
    assign();
  }

  @Override
  public void handleSplitRequest(int subtask, @Nullable String hostname) {
    idle.put(subtask, hostname);
    assign();
  }

  private void assign() {
    idle.keySet().retainAll(context.registeredReaders().keySet());
    Iterator<Map.Entry<Integer, @Nullable String>> readers = idle.entrySet().iterator();
    while (readers.hasNext()) {
      Map.Entry<Integer, @Nullable String> reader = readers.next();
      Optional<FileSourceSplit> next = assigner.getNext(reader.getValue());
      if (next.isEmpty()) {
        return;
      }
      context.assignSplit(next.get(), reader.getKey());
      readers.remove();
    }
  }

  @Override
  public void addReader(int subtask) {
    // Readers ask when they have nothing to read.
  }

  @Override
  public void addSplitsBack(List<FileSourceSplit> splits, int subtask) {
    assigner.addSplits(splits);
  }

  @Override
  public PendingSplitsCheckpoint<FileSourceSplit> snapshotState(long checkpoint) {
    return PendingSplitsCheckpoint.fromCollectionSnapshot(
        assigner.remainingSplits(), seen.keySet());
  }

  @Override
  public void close() {
    // The context ends what it calls.
  }
}
