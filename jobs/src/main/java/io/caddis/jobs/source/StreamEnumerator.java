// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.jspecify.annotations.Nullable;

/**
 * Gives the one split of a stream to the first reader that comes; the others have nothing to do.
 */
final class StreamEnumerator implements SplitEnumerator<StreamSplit, List<StreamSplit>> {
  private final SplitEnumeratorContext<StreamSplit> context;
  private final List<StreamSplit> waiting;

  StreamEnumerator(SplitEnumeratorContext<StreamSplit> context, List<StreamSplit> waiting) {
    this.context = context;
    this.waiting = new ArrayList<>(waiting);
  }

  @Override
  public void start() {}

  @Override
  public void addReader(int subtask) {
    waiting.forEach(split -> context.assignSplit(split, subtask));
    waiting.clear();
    context.signalNoMoreSplits(subtask);
  }

  @Override
  public void addSplitsBack(List<StreamSplit> splits, int subtask) {
    waiting.addAll(splits);
  }

  @Override
  public void handleSplitRequest(int subtask, @Nullable String hostname) {}

  @Override
  public List<StreamSplit> snapshotState(long checkpointId) {
    return List.copyOf(waiting);
  }

  @Override
  public void close() {}
}
