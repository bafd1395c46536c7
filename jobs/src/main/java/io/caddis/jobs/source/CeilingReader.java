// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.groups.AbstractMetricGroup;
import org.jspecify.annotations.Nullable;

/**
 * Puts on each outcome the ceiling of its file: the lowest event time of the files that wait, in
 * the enumerator when the file was handed out or in this reader now (after a restore with fewer
 * readers). And sends all files through one output.
 */
final class CeilingReader implements SourceReader<Parsed, FileSourceSplit> {
  /** Flink's name for the group of all splits. */
  private static final String SPLITS = "split";

  /*
   * Why one output: Flink keeps a watermark generator for each split and drops it with the split,
   * so what a small file says about time is lost unless a periodic emission falls into the
   * milliseconds of its life; and a reader whose last split ended before it was idle never becomes
   * idle, which stops the watermark of all. Files are read one after the other, so one generator
   * that notices where the next file begins loses nothing.
   */
  private final SourceReader<Parsed, FileSourceSplit> files;
  private final MetricGroup metrics;
  private final Map<String, FileSourceSplit> assigned = new LinkedHashMap<>();
  private @Nullable OneOutput output;

  /**
   * @param metrics of the operator, in which Flink has a group for each split
   */
  CeilingReader(SourceReader<Parsed, FileSourceSplit> files, MetricGroup metrics) {
    this.files = files;
    this.metrics = metrics;
  }

  @Override
  public void start() {
    files.start();
  }

  @Override
  public InputStatus pollNext(ReaderOutput<Parsed> target) throws Exception {
    if (output == null || output.target != target) {
      output = new OneOutput(target);
    }
    return files.pollNext(output);
  }

  @Override
  public List<FileSourceSplit> snapshotState(long checkpointId) {
    return files.snapshotState(checkpointId);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return files.isAvailable();
  }

  @Override
  public void addSplits(List<FileSourceSplit> splits) {
    splits.forEach(split -> assigned.put(split.splitId(), split));
    files.addSplits(splits);
  }

  @Override
  public void notifyNoMoreSplits() {
    files.notifyNoMoreSplits();
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    files.handleSourceEvents(event);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    files.notifyCheckpointComplete(checkpointId);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    files.notifyCheckpointAborted(checkpointId);
  }

  @Override
  public void pauseOrResumeSplits(Collection<String> toPause, Collection<String> toResume) {
    files.pauseOrResumeSplits(toPause, toResume);
  }

  @Override
  public void close() throws Exception {
    files.close();
  }

  private long ceiling(String splitId) {
    long ceiling = Long.MAX_VALUE;
    for (FileSourceSplit split : assigned.values()) {
      boolean itself = split.splitId().equals(splitId);
      ceiling = Math.min(ceiling, itself ? SplitTimes.ceiling(split) : SplitTimes.first(split));
    }
    return ceiling;
  }

  /**
   * Flink up to 2.2 closes the metrics of a split that is over and keeps their groups as long as
   * the job runs (FLINK-40549). The group above them is replaced by a new one once it is closed.
   */
  private void forgetMetrics() {
    if (metrics.addGroup(SPLITS) instanceof AbstractMetricGroup<?> splits) {
      splits.close();
    }
  }

  private final class OneOutput implements ReaderOutput<Parsed> {
    private final ReaderOutput<Parsed> target;

    OneOutput(ReaderOutput<Parsed> target) {
      this.target = target;
    }

    @Override
    public SourceOutput<Parsed> createOutputForSplit(String splitId) {
      return new FileOutput(target, ceiling(splitId));
    }

    @Override
    public void releaseOutputForSplit(String splitId) {
      assigned.remove(splitId);
      // Unused, but Flink has made one for each split.
      target.releaseOutputForSplit(splitId);
      if (assigned.isEmpty()) {
        forgetMetrics();
      }
    }

    @Override
    public void collect(Parsed outcome) {
      target.collect(outcome);
    }

    @Override
    public void collect(Parsed outcome, long timestamp) {
      target.collect(outcome, timestamp);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
      target.emitWatermark(watermark);
    }

    @Override
    public void markIdle() {
      target.markIdle();
    }

    @Override
    public void markActive() {
      target.markActive();
    }
  }

  private record FileOutput(ReaderOutput<Parsed> target, long ceiling)
      implements SourceOutput<Parsed> {
    @Override
    public void collect(Parsed outcome) {
      target.collect(outcome.withWatermarkCeiling(ceiling));
    }

    @Override
    public void collect(Parsed outcome, long timestamp) {
      target.collect(outcome.withWatermarkCeiling(ceiling), timestamp);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
      target.emitWatermark(watermark);
    }

    @Override
    public void markIdle() {
      target.markIdle();
    }

    @Override
    public void markActive() {
      target.markActive();
    }
  }
}
