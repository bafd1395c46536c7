// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.simulate.SensorSimulator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.core.io.InputStatus;
import org.jspecify.annotations.Nullable;

/** Emits simulated readings as they fall due. After a restore the rate counts from then on. */
final class SimulatorReader implements SourceReader<Parsed, StreamSplit> {
  private static final long SHORTEST_WAIT_NANOS = 1_000_000;

  private final SensorSimulator simulator;
  private final long count;
  private final double perSecond;
  private final LongSupplier nanoClock;
  private final CompletableFuture<Void> splitArrived = new CompletableFuture<>();
  private @Nullable StreamSplit split;
  private boolean noMoreSplits;
  private long next;
  private long startedAt;
  private long startNanos;

  SimulatorReader(SensorSimulator simulator, long count, double perSecond, LongSupplier nanoClock) {
    this.simulator = simulator;
    this.count = count;
    this.perSecond = perSecond;
    this.nanoClock = nanoClock;
  }

  @Override
  public void start() {}

  @Override
  public InputStatus pollNext(ReaderOutput<Parsed> output) {
    if (split == null) {
      return noMoreSplits ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
    }
    if (next >= count) {
      return InputStatus.END_OF_INPUT;
    }
    if (nanosUntilDue() > 0) {
      return InputStatus.NOTHING_AVAILABLE;
    }
    Reading reading = simulator.reading(next++);
    if (reading != null) {
      output.collect(Parsed.valid(reading), reading.timestamp());
    }
    return InputStatus.MORE_AVAILABLE;
  }

  private long nanosUntilDue() {
    if (perSecond == SimulatorSource.UNTHROTTLED) {
      return 0;
    }
    long due = startNanos + (long) ((next - startedAt) * (1e9 / perSecond));
    return due - nanoClock.getAsLong();
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    if (split == null) {
      return splitArrived;
    }
    long wait = nanosUntilDue();
    if (wait <= 0 || next >= count) {
      return CompletableFuture.completedFuture(null);
    }
    return CompletableFuture.runAsync(
        () -> {},
        CompletableFuture.delayedExecutor(
            Math.max(wait, SHORTEST_WAIT_NANOS), TimeUnit.NANOSECONDS));
  }

  @Override
  public List<StreamSplit> snapshotState(long checkpointId) {
    return split == null ? List.of() : List.of(new StreamSplit(split.splitId(), next, next));
  }

  @Override
  public void addSplits(List<StreamSplit> splits) {
    split = splits.get(0);
    next = split.position();
    startedAt = next;
    startNanos = nanoClock.getAsLong();
    splitArrived.complete(null);
  }

  @Override
  public void notifyNoMoreSplits() {
    noMoreSplits = true;
    splitArrived.complete(null);
  }

  @Override
  public void close() {}
}
