// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.groups.AbstractMetricGroup;
import org.apache.flink.runtime.metrics.groups.InternalSourceSplitMetricGroup;
import org.apache.flink.runtime.metrics.groups.UnregisteredMetricGroups;
import org.junit.jupiter.api.Test;

class CeilingReaderTest {
  private static final MetricGroup METRICS =
      UnregisteredMetricGroups.createUnregisteredOperatorMetricGroup();

  @Test
  void filesThatWaitInTheSameReaderHoldTheWatermarkToo() throws Exception {
    // Restored from three readers into one: the file handed out last had nothing to wait for.
    FileSourceSplit last = split("c", 30, Long.MAX_VALUE);
    FileSourceSplit first = split("a", 10, 20);
    FileSourceSplit second = split("b", 20, 30);
    CeilingReader reader = new CeilingReader(new InOrder(), METRICS);
    reader.addSplits(List.of(last, first, second));
    Collected collected = new Collected();
    for (int i = 0; i < 3; i++) {
      reader.pollNext(collected);
    }
    assertThat(collected.ceilings).containsExactly(10L, 20L, 30L);
  }

  @Test
  void aSingleFileHasTheCeilingItWasHandedOutWith() throws Exception {
    CeilingReader reader = new CeilingReader(new InOrder(), METRICS);
    Collected collected = new Collected();
    reader.addSplits(List.of(split("a", 10, 20)));
    reader.pollNext(collected);
    reader.addSplits(List.of(split("b", 20, Long.MAX_VALUE)));
    reader.pollNext(collected);
    assertThat(collected.ceilings).containsExactly(20L, Long.MAX_VALUE);
  }

  @Test
  void theOutputThatFlinkMadeForAFileIsReleasedWithIt() throws Exception {
    CeilingReader reader = new CeilingReader(new InOrder(), METRICS);
    Collected collected = new Collected();
    FileSourceSplit split = split("a", 10, 20);
    reader.addSplits(List.of(split));
    reader.pollNext(collected);
    assertThat(collected.released).containsExactly(split.splitId());
  }

  @Test
  void theGroupsThatFlinkMakesForTheMetricsOfFilesAreReleasedWhenNoneIsOpen() throws Exception {
    MetricGroup operator = UnregisteredMetricGroups.createUnregisteredOperatorMetricGroup();
    CeilingReader reader = new CeilingReader(new InOrder(), operator);
    Collected collected = new Collected();
    for (String name : List.of("a", "b")) {
      FileSourceSplit split = split(name, 10, 20);
      InternalSourceSplitMetricGroup.mock(operator, split.splitId(), null);
      MetricGroup all = operator.addGroup("split");
      reader.addSplits(List.of(split));
      assertThat(((AbstractMetricGroup<?>) all).isClosed()).isFalse();

      reader.pollNext(collected);
      assertThat(((AbstractMetricGroup<?>) all).isClosed()).isTrue();
    }
  }

  private static FileSourceSplit split(String name, long first, long ceiling) {
    FileSourceSplit file = new FileSourceSplit("x", new Path("/d/" + name), 0, 1, 0, 1);
    return SplitTimes.withCeiling(SplitTimes.waiting(file, first), ceiling);
  }

  /** A reader whose splits hold one reading each. */
  private static final class InOrder implements SourceReader<Parsed, FileSourceSplit> {
    private final List<FileSourceSplit> splits = new ArrayList<>();

    @Override
    public void start() {}

    @Override
    public InputStatus pollNext(ReaderOutput<Parsed> output) {
      String id = splits.remove(0).splitId();
      output
          .createOutputForSplit(id)
          .collect(Parsed.valid(new Reading("s", 0, 0, 0, new double[0], new String[0], null)));
      output.releaseOutputForSplit(id);
      return InputStatus.MORE_AVAILABLE;
    }

    @Override
    public List<FileSourceSplit> snapshotState(long checkpointId) {
      return List.copyOf(splits);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void addSplits(List<FileSourceSplit> added) {
      splits.addAll(added);
    }

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public void close() {}
  }

  private static final class Collected implements ReaderOutput<Parsed> {
    private final List<Long> ceilings = new ArrayList<>();
    private final List<String> released = new ArrayList<>();

    @Override
    public void collect(Parsed outcome) {
      ceilings.add(outcome.watermarkCeiling());
    }

    @Override
    public void collect(Parsed outcome, long timestamp) {
      collect(outcome);
    }

    @Override
    public void emitWatermark(Watermark watermark) {}

    @Override
    public void markIdle() {}

    @Override
    public void markActive() {}

    @Override
    public SourceOutput<Parsed> createOutputForSplit(String splitId) {
      throw new UnsupportedOperationException("all files go through one output");
    }

    @Override
    public void releaseOutputForSplit(String splitId) {
      released.add(splitId);
    }
  }
}
