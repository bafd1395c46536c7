// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.jobs.spec.PipelineSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Settings of the Flink cluster inside this JVM that runs a job without any other. */
final class EmbeddedCluster {
  private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(10);
  private static final int RESTARTS = 3;

  /** In one JVM nobody is ever lost, only held up: a machine may be busy, and a laptop sleep. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private EmbeddedCluster() {}

  /** One for a job that ends by itself and keeps no state. */
  static StreamExecutionEnvironment bounded() {
    int parallelism = Runtime.getRuntime().availableProcessors();
    Configuration settings = cluster(parallelism, StateBackend.HASHMAP);
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    return StreamExecutionEnvironment.createLocalEnvironment(parallelism, settings);
  }

  /**
   * @param checkpoints where a run without end keeps its checkpoints
   */
  static StreamExecutionEnvironment environment(
      PipelineSpec spec, StateBackend backend, Path checkpoints) {
    Integer wanted = spec.parallelism();
    int parallelism = wanted == null ? Runtime.getRuntime().availableProcessors() : wanted;
    Configuration settings = cluster(parallelism, backend);
    if (spec.source().bounded()) {
      settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    } else {
      settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
      settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
      settings.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
      settings.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, RESTARTS);
    }
    return StreamExecutionEnvironment.createLocalEnvironment(parallelism, settings);
  }

  private static Configuration cluster(int parallelism, StateBackend backend) {
    Configuration settings = job();
    settings.set(ExecutionOptions.BUFFER_TIMEOUT, Duration.ofMillis(5));
    settings.set(StateBackendOptions.STATE_BACKEND, backend.name().toLowerCase(Locale.ROOT));
    settings.set(
        TaskManagerOptions.MANAGED_MEMORY_SIZE,
        MemorySize.ofMebiBytes(backend == StateBackend.ROCKSDB ? 128L * parallelism : 16));
    settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, backend == StateBackend.ROCKSDB);
    settings.set(RocksDBConfigurableOptions.USE_BLOOM_FILTER, true);
    // Every exchange has a channel from each subtask to each other one, two buffers of 32 KB each.
    MemorySize network = MemorySize.ofMebiBytes(64 + 2L * parallelism * parallelism);
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, network);
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, network);
    // Counts come with the heartbeats, and whoever watches a run wants to see them move.
    settings.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(1));
    settings.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, PATIENCE);
    settings.set(RpcOptions.ASK_TIMEOUT_DURATION, PATIENCE);
    settings.set(RestOptions.ADDRESS, "localhost");
    settings.set(RestOptions.BIND_ADDRESS, "localhost");
    settings.set(RestOptions.BIND_PORT, "0");
    settings.set(WebOptions.SUBMIT_ENABLE, false);
    settings.set(WebOptions.CANCEL_ENABLE, false);
    return settings;
  }

  /** What holds for the job on any cluster: no Kryo, no unnamed state, room to scale. */
  static Configuration job() {
    Configuration settings = new Configuration();
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    settings.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    settings.set(PipelineOptions.MAX_PARALLELISM, 128);
    // No operator changes what it was given, so chained ones need no copies.
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    return settings;
  }

  /** Where the state of a running job lives. */
  enum StateBackend {
    HASHMAP,
    ROCKSDB
  }
}
