// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.assigners.FileSplitAssigner;
import org.jspecify.annotations.Nullable;

/**
 * Hands out files in the order of their event time, then of their path, each with the ceiling that
 * the files still waiting put on the watermark. Flink's own assigners give no order, so that on a
 * backlog most readings come after the watermark has passed them.
 */
final class EventTimeAssigner implements FileSplitAssigner {
  private final TreeSet<FileSourceSplit> waiting =
      new TreeSet<>(
          Comparator.comparingLong(SplitTimes::first).thenComparing(s -> s.path().toString()));

  EventTimeAssigner(Collection<FileSourceSplit> splits) {
    waiting.addAll(splits);
  }

  @Override
  public Optional<FileSourceSplit> getNext(@Nullable String hostname) {
    FileSourceSplit next = waiting.pollFirst();
    if (next == null) {
      return Optional.empty();
    }
    long ceiling = waiting.isEmpty() ? Long.MAX_VALUE : SplitTimes.first(waiting.first());
    return Optional.of(SplitTimes.withCeiling(next, ceiling));
  }

  @Override
  public void addSplits(Collection<FileSourceSplit> splits) {
    waiting.addAll(splits);
  }

  @Override
  public Collection<FileSourceSplit> remainingSplits() {
    return List.copyOf(waiting);
  }
}
