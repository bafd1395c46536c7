// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.jobs.spec.Location;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/** One run of a bounded job of tables: on the cluster it is submitted to, or inside this JVM. */
final class TableRun {
  private final StreamExecutionEnvironment env;
  private final boolean attached;

  TableRun() {
    StreamExecutionEnvironment given = StreamExecutionEnvironment.getExecutionEnvironment();
    boolean here = given instanceof LocalStreamEnvironment;
    env = here ? EmbeddedCluster.bounded() : given;
    attached = here || env.getConfiguration().get(DeploymentOptions.ATTACHED);
    if (!here) {
      env.configure(EmbeddedCluster.job());
    }
    // A file is read at one go, which no checkpoint could interrupt; a restart begins anew.
    env.getCheckpointConfig().disableCheckpointing();
  }

  /** Where to tell how far the job is: a cluster's client shows the other only at the end. */
  PrintWriter progress(PrintWriter err) {
    return env instanceof LocalStreamEnvironment
        ? err
        : new PrintWriter(new OutputStreamWriter(System.err, Charset.defaultCharset()), true);
  }

  StreamExecutionEnvironment env() {
    return env;
  }

  /** A path or URI as a job takes it: absolute, without a slash at its end. */
  static String location(String given) {
    return Location.path(Location.uri(given));
  }

  /** The plain file of this machine that is to be read by this very process, if it is one. */
  static @Nullable Path plainFile(String input) {
    Path path = Location.local(input);
    boolean here =
        StreamExecutionEnvironment.getExecutionEnvironment() instanceof LocalStreamEnvironment;
    return here && path != null && !Files.isDirectory(path) ? path : null;
  }

  /** Refuses what is no plain file. */
  static void checkReadable(Path file) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new IllegalArgumentException("--input must be a readable file, was " + file);
    }
  }

  /**
   * Runs the job to its end.
   *
   * @param progress is told now and then how far the accumulators are
   * @return the accumulators, null when nobody waits for the job's end, which {@code out} is told
   */
  @Nullable Map<String, Object> await(
      String name, PrintWriter out, Consumer<Map<String, Object>> progress) throws Exception {
    JobClient job = env.executeAsync(name);
    if (!attached) {
      out.println("submitted as job " + job.getJobID());
      return null;
    }
    CompletableFuture<JobExecutionResult> end = job.getJobExecutionResult();
    while (true) {
      try {
        return end.get(1, TimeUnit.SECONDS).getAllAccumulatorResults();
      } catch (TimeoutException e) {
        tell(job, progress);
      }
    }
  }

  private static void tell(JobClient job, Consumer<Map<String, Object>> progress)
      throws InterruptedException {
    try {
      progress.accept(job.getAccumulators().get());
    } catch (ExecutionException e) {
      // While it starts or ends there is nothing to tell.
    }
  }

  static long count(Map<String, Object> accumulators, String name) {
    return accumulators.get(name) instanceof Number n ? n.longValue() : 0;
  }

  static List<?> list(Map<String, Object> accumulators, String name) {
    return accumulators.get(name) instanceof List<?> list ? list : List.of();
  }
}
