// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.RejectionReason;
import io.caddis.detectors.parse.EventIds;
import io.caddis.detectors.parse.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileReadingsITCase {
  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());

  private static final OutputTag<Parsed> LATE = new OutputTag<>("late") {};
  private static final AtomicInteger FAILURES = new AtomicInteger();
  private static final int ROWS = 3_000;

  @TempDir private Path directory;

  @Test
  void everyLineOfEveryFileComesOnce() throws Exception {
    SensorFiles.write(directory.resolve("plant"), "a.csv", "a", 0, 2_000);
    SensorFiles.write(directory, "b.csv", "b", 0, 1_000);
    Files.writeString(
        directory.resolve("c.jsonl"), "{\"ts\":5,\"sensor\":\"c\",\"v\":1,\"w\":2}\nERR\n");
    Files.writeString(directory.resolve("empty.csv"), "");
    Files.write(directory.resolve("binary"), new byte[] {0, 1, 2, 10, (byte) 0xff, 10});
    Files.write(directory.resolve("d.csv.gz"), new byte[] {0x1f, (byte) 0x8b, 8, 0, 10, 10});
    List<String> ids = new ArrayList<>();
    List<RejectionReason> reasons = new ArrayList<>();
    StreamExecutionEnvironment env = SensorFiles.environment(2);
    try (CloseableIterator<Parsed> outcomes =
        stream(env, SensorFiles.bounded(directory), Watermarks.bounded()).executeAndCollect()) {
      while (outcomes.hasNext()) {
        Parsed next = outcomes.next();
        if (next.reading() != null) {
          ids.add(EventIds.format(next.reading().source(), next.reading().position()));
          boolean hasExtra = next.reading().key().equals("c");
          assertThat(next.reading().extra()).isEqualTo(hasExtra ? Map.of("w", 2.0) : null);
        } else {
          reasons.add(next.rejection().reason());
        }
      }
    }
    assertThat(ids).hasSize(3_001).doesNotHaveDuplicates();
    assertThat(reasons)
        .containsExactlyInAnyOrder(
            RejectionReason.MALFORMED_JSON,
            RejectionReason.INVALID_HEADER,
            RejectionReason.INVALID_HEADER,
            RejectionReason.UNREADABLE_SOURCE);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void overlappingFilesAreNotLateInStreaming(int parallelism) throws Exception {
    writeOverlappingFiles();
    assertThat(windowed(parallelism, SensorFiles.bounded(directory), 9L * ROWS))
        .isEqualTo(new Counts(0, 9L * ROWS));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void overlappingFilesAreNotLateWhenTheDirectoryIsMonitored(int parallelism) throws Exception {
    writeOverlappingFiles();
    // The last minute of all stays open.
    long closed = 9L * ROWS - 60;
    assertThat(windowed(parallelism, continuous(), closed)).isEqualTo(new Counts(0, closed));
  }

  /** Six sensors' files over the same time, and one sensor's three files one after the other. */
  private void writeOverlappingFiles() throws Exception {
    for (int sensor = 0; sensor < 6; sensor++) {
      SensorFiles.write(directory, "s" + sensor + ".csv", "s" + sensor, 0, ROWS);
    }
    SensorFiles.write(directory, "x.csv", "z", 2L * ROWS, ROWS);
    SensorFiles.write(directory, "y.csv", "z", ROWS, ROWS);
    SensorFiles.write(directory, "z.csv", "z", 0, ROWS);
  }

  private record Counts(long late, long windowed) {}

  /** Counts what comes into windows and what is late, until so many have come. */
  private Counts windowed(int parallelism, FileReadings source, long expected) throws Exception {
    StreamExecutionEnvironment env = SensorFiles.environment(parallelism);
    env.getConfig().setAutoWatermarkInterval(5);
    Watermarks.Options options =
        Watermarks.Options.DEFAULT
            .withOutOfOrderness(Duration.ZERO)
            .withIdleness(Duration.ofSeconds(3));
    var windows =
        stream(env, source, Watermarks.streaming(options))
            .keyBy(parsed -> parsed.reading().key())
            .window(TumblingEventTimeWindows.of(Duration.ofMinutes(1)))
            .sideOutputLateData(LATE)
            .process(new Count());
    windows.name("count").uid("count");
    DataStream<Long> late = windows.getSideOutput(LATE).map(p -> -1L).name("late").uid("late");
    long lateCount = 0;
    long windowed = 0;
    try (CloseableIterator<Long> counts = windows.union(late).executeAndCollect()) {
      while (windowed + lateCount < expected && counts.hasNext()) {
        long count = counts.next();
        lateCount += count < 0 ? 1 : 0;
        windowed += Math.max(0, count);
      }
    }
    return new Counts(lateCount, windowed);
  }

  private static final class Count extends ProcessWindowFunction<Parsed, Long, String, TimeWindow> {
    @Override
    public void process(
        String key, Context context, Iterable<Parsed> elements, Collector<Long> out) {
      long count = 0;
      for (Parsed ignored : elements) {
        count++;
      }
      out.collect(count);
    }
  }

  @Test
  void filesThatAppearLaterAreReadAndNoneIsReadTwice() throws Exception {
    SensorFiles.write(directory, "a.csv", "a", 0, 10);
    StreamExecutionEnvironment env = SensorFiles.environment(2);
    Set<String> ids = new HashSet<>();
    try (CloseableIterator<Parsed> outcomes =
        stream(env, continuous(), Watermarks.streaming(Watermarks.Options.DEFAULT))
            .executeAndCollect()) {
      for (int file = 1; file <= 3; file++) {
        while (ids.size() < 10 * file) {
          Parsed next = outcomes.next();
          assertThat(ids.add(EventIds.format(next.reading().source(), next.reading().position())))
              .isTrue();
        }
        SensorFiles.write(directory, "later-" + file + ".csv", "a", 10L * file, 10);
      }
    }
  }

  @Test
  void aFailureLosesAndRepeatsNothing() throws Exception {
    for (int file = 0; file < 4; file++) {
      SensorFiles.write(directory, file + ".csv", "s" + file, 0, 60_000);
    }
    FAILURES.set(0);
    Configuration restart = new Configuration();
    restart.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    restart.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 5);
    restart.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    StreamExecutionEnvironment env = SensorFiles.environment(2);
    env.configure(restart);
    env.enableCheckpointing(20);
    List<String> ids = new ArrayList<>();
    try (CloseableIterator<String> collected =
        stream(env, SensorFiles.bounded(directory), Watermarks.bounded())
            .map(new FailsAfterCheckpoints())
            .name("ids")
            .uid("ids")
            .executeAndCollect()) {
      collected.forEachRemaining(ids::add);
    }
    assertThat(FAILURES.get()).isEqualTo(2);
    assertThat(ids).hasSize(240_000).doesNotHaveDuplicates();
  }

  /** Gives the id of each reading, and fails twice, each time in the middle of the data. */
  private static final class FailsAfterCheckpoints extends RichMapFunction<Parsed, String>
      implements CheckpointListener {
    private int checkpoints;
    private int sinceCheckpoint;

    @Override
    public String map(Parsed parsed) {
      if (FAILURES.get() < 2) {
        // Holds the job back, or it might end before a checkpoint is complete.
        LockSupport.parkNanos(20_000);
      }
      // Two subtasks may get here at the same moment, and there is no third failure.
      if (checkpoints > 0
          && ++sinceCheckpoint > 100
          && FAILURES.getAndUpdate(failures -> Math.min(2, failures + 1)) < 2) {
        throw new IllegalStateException("induced failure");
      }
      return EventIds.format(parsed.reading().source(), parsed.reading().position());
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      checkpoints++;
    }
  }

  private FileReadings continuous() throws Exception {
    return FileReadings.continuous(
        List.of(directory.toString()), Duration.ofMillis(50), SensorFiles.LAYOUT, Limits.DEFAULT);
  }

  private static DataStream<Parsed> stream(
      StreamExecutionEnvironment env, FileReadings source, WatermarkStrategy<Parsed> watermarks) {
    return env.fromSource(source, watermarks, "files").uid("files");
  }
}
