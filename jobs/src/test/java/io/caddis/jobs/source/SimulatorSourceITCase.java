// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.simulate.SensorSimulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SimulatorSourceITCase {
  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static final AtomicInteger FAILURES = new AtomicInteger();
  private static final SensorSimulator SIMULATOR =
      new SensorSimulator(new SensorSimulator.Settings(3, 5, 5, SensorFiles.START, 1000));

  @Test
  void emitsEveryReadingOnceAndInOrderThroughAFailure() throws Exception {
    FAILURES.set(0);
    Configuration restart = new Configuration();
    restart.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    restart.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 3);
    restart.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    StreamExecutionEnvironment env = SensorFiles.environment(2);
    env.configure(restart);
    env.enableCheckpointing(20);
    List<Long> positions = new ArrayList<>();
    try (CloseableIterator<Long> collected =
        env.fromSource(
                new SimulatorSource(SIMULATOR, SimulatorSource.ENDLESS, 20_000),
                Watermarks.streaming(Watermarks.Options.DEFAULT),
                "simulator")
            .uid("simulator")
            .map(new FailsOnce())
            .name("positions")
            .uid("positions")
            .executeAndCollect()) {
      int afterFailure = 0;
      while (afterFailure < 5_000) {
        positions.add(collected.next());
        afterFailure += FAILURES.get();
      }
    }
    List<Long> expected =
        LongStream.iterate(0, number -> number + 1)
            .mapToObj(SIMULATOR::reading)
            .filter(Objects::nonNull)
            .map(Reading::position)
            .limit(positions.size())
            .toList();
    assertThat(positions).isEqualTo(expected);
  }

  @Test
  void aBoundedSourceEnds() throws Exception {
    StreamExecutionEnvironment env = SensorFiles.environment(2);
    SimulatorSource source = new SimulatorSource(SIMULATOR, 100, SimulatorSource.UNTHROTTLED);
    try (CloseableIterator<Parsed> outcomes =
        env.fromSource(source, Watermarks.bounded(), "simulator")
            .uid("simulator")
            .executeAndCollect()) {
      assertThat(outcomes).toIterable().hasSize(100);
    }
  }

  @Test
  void anEndlessSourceCanBeStopped() throws Exception {
    StreamExecutionEnvironment env = SensorFiles.environment(1);
    try (CloseableIterator<Parsed> outcomes =
        env.fromSource(
                new SimulatorSource(
                    SIMULATOR, SimulatorSource.ENDLESS, SimulatorSource.UNTHROTTLED),
                Watermarks.streaming(Watermarks.Options.DEFAULT),
                "simulator")
            .uid("simulator")
            .executeAndCollect()) {
      for (int i = 0; i < 5_000; i++) {
        assertThat(outcomes.next().reading()).isNotNull();
      }
    }
  }

  private static final class FailsOnce extends RichMapFunction<Parsed, Long>
      implements CheckpointListener {
    private int checkpoints;
    private int sinceCheckpoint;

    @Override
    public Long map(Parsed parsed) {
      if (checkpoints > 0 && ++sinceCheckpoint > 100 && FAILURES.get() < 1) {
        FAILURES.incrementAndGet();
        throw new IllegalStateException("induced failure");
      }
      return parsed.reading().position();
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      checkpoints++;
    }
  }
}
