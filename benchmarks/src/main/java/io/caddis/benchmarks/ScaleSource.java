// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceReaderBase;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.util.NumberSequenceIterator;

/**
 * The readings of a {@link ScaleLoad}, each emitted when it is due; late ones at once, so that what
 * is behind shows as latency. A reading's position is when it was due, by {@link System#nanoTime}.
 */
final class ScaleSource extends ReadingsSource {
  private final ScaleLoad load;
  private final long rounds;

  /**
   * @param rounds readings of each sensor in all
   */
  ScaleSource(ScaleLoad load, long rounds) {
    super(load.sensors() * rounds, load.sensors(), load.features(), load.splits());
    this.load = load;
    this.rounds = rounds;
  }

  @Override
  public SourceReader<Parsed, NumberSequenceSplit> createReader(SourceReaderContext context) {
    return new Reader(context, load, rounds);
  }

  private static final class Reader
      extends IteratorSourceReaderBase<Long, Parsed, NumberSequenceIterator, NumberSequenceSplit> {
    private static final String[] NO_TEXTS = {};
    private static final long SHORTEST_WAIT_NANOS = 1_000_000;

    private final ScaleLoad load;
    private final double[][] rows;
    private final int sensors;
    private final long rowsPerSplit;
    private final double perSecond;
    private final long warm;
    private long emitted;
    private long start;
    private long due = ScaleLoad.NOT_MEASURED;

    Reader(SourceReaderContext context, ScaleLoad load, long rounds) {
      super(context);
      this.load = load;
      rows = SyntheticRows.of(DISTINCT_ROWS, load.features(), 3);
      sensors = load.sensors() / load.splits();
      rowsPerSplit = sensors * rounds;
      perSecond = load.perSecond() / load.splits();
      warm = (long) load.warm() * sensors;
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Parsed> output) {
      if (emitted >= warm) {
        long now = System.nanoTime();
        start = emitted == warm ? now : start;
        due = Double.isFinite(perSecond) ? due(emitted - warm) : now;
        if (due > now) {
          return InputStatus.NOTHING_AVAILABLE;
        }
      }
      return super.pollNext(output);
    }

    private long due(long number) {
      return start + (long) (number * 1e9 / perSecond);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      long wait = emitted > warm ? due - System.nanoTime() : 0;
      if (wait <= 0) {
        return super.isAvailable();
      }
      // Completed by the one thread that keeps the time: an executor would start a thread a wait.
      return new CompletableFuture<Void>()
          .completeOnTimeout(null, Math.max(wait, SHORTEST_WAIT_NANOS), TimeUnit.NANOSECONDS);
    }

    @Override
    protected Parsed convert(Long number) {
      emitted++;
      long split = number / rowsPerSplit;
      long within = number % rowsPerSplit;
      long sensor = split * sensors + within % sensors;
      boolean hot = split == 0 && within % 100 < Math.round(100 * load.hot() * load.splits());
      long timestamp = FIRST_TIMESTAMP + within * ScaleLoad.INTERVAL_MILLIS / sensors;
      return Parsed.valid(
          new Reading(
              hot ? ScaleLoad.HOT : ScaleLoad.key(sensor),
              timestamp,
              split,
              due,
              rows[(int) (number & (DISTINCT_ROWS - 1))],
              NO_TEXTS,
              null));
    }
  }
}
