// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.jobs.EmbeddedCluster.StateBackend;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.jobs.spec.SpecLoader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointException;
import org.apache.flink.runtime.checkpoint.CheckpointFailureReason;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/** A detection job without end on the embedded cluster, until it has done what is waited for. */
final class ContinuousRun {
  private static final Duration ZERO = Duration.ZERO;

  private final JobClient job;
  private final Path savepoints;

  private ContinuousRun(JobClient job, Path savepoints) {
    this.job = job;
    this.savepoints = savepoints;
  }

  /**
   * Starts the job of {@code detect}.
   *
   * @param savepoint to begin with, or null
   * @param settings {@code KEY=VALUE} each
   */
  static ContinuousRun start(Path directory, @Nullable Path savepoint, String... settings)
      throws Exception {
    return start(directory, savepoint, StateBackend.HASHMAP, settings);
  }

  /** The same with another backend. */
  static ContinuousRun start(
      Path directory, @Nullable Path savepoint, StateBackend backend, String... settings)
      throws Exception {
    SpecLoader loader = new SpecLoader(name -> null);
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      loader.set(setting.substring(0, equals), setting.substring(equals + 1), "test");
    }
    PipelineSpec spec = loader.load();
    Path savepoints = directory.resolve("savepoints");
    StreamExecutionEnvironment env = EmbeddedCluster.environment(spec, backend, savepoints);
    Configuration more = new Configuration();
    // All of a small savepoint in one file.
    more.set(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD, MemorySize.ofMebiBytes(1));
    if (savepoint != null) {
      more.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint.toUri().toString());
    }
    env.configure(more);
    new DetectionJob().build(env, spec);
    return new ContinuousRun(env.executeAsync(spec.name()), savepoints);
  }

  /** Waits until the counts so far are as wanted; a job that ends before that has failed. */
  ContinuousRun until(Predicate<RunSummary> wanted) throws Exception {
    while (!wanted.test(RunSummary.of(job.getAccumulators().get(), ZERO))) {
      try {
        job.getJobExecutionResult().get(200, TimeUnit.MILLISECONDS);
        throw new AssertionError("the job ended by itself");
      } catch (TimeoutException e) {
        // It goes on.
      }
    }
    return this;
  }

  /** How a stopped run ended. */
  record End(RunSummary summary, Path savepoint) {}

  End stop() throws Exception {
    return stop(false);
  }

  /** Stops for good: what still waits is put out too. */
  End drain() throws Exception {
    return stop(true);
  }

  /** Waits for the end of a job that ends by itself. */
  void end() throws Exception {
    job.getJobExecutionResult().get();
  }

  private End stop(boolean drain) throws Exception {
    String savepoint = null;
    while (savepoint == null) {
      try {
        savepoint =
            job.stopWithSavepoint(
                    drain, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
                .get();
      } catch (ExecutionException e) {
        // One subtask may have read all that is waited for before another has begun.
        if (!stillStarting(e)) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
    Map<String, Object> counts = job.getJobExecutionResult().get().getAllAccumulatorResults();
    return new End(RunSummary.of(counts, ZERO), Path.of(URI.create(savepoint)));
  }

  private static boolean stillStarting(ExecutionException failure) {
    return ExceptionUtils.findThrowable(failure, CheckpointException.class)
        .map(CheckpointException::getCheckpointFailureReason)
        .filter(CheckpointFailureReason.NOT_ALL_REQUIRED_TASKS_RUNNING::equals)
        .isPresent();
  }
}
