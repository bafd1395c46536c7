// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A job on the embedded cluster, from its start to its end. When the process is asked to end
 * (Ctrl-C), a job without end is stopped with a savepoint first, so that every result so far is
 * committed; of a bounded one, half the results would look like all, so nothing is.
 */
final class RunningJob implements AutoCloseable {
  private static final long STOP_SECONDS = 60;
  private static final long START_SECONDS = 15;
  private static final long RETRY_MILLIS = 200;

  private final CompletableFuture<JobClient> started = new CompletableFuture<>();
  private final PrintWriter err;
  private final URI savepoints;
  private final long start = System.nanoTime();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread stopper = new Thread(this::stop, "stop-job");

  private RunningJob(URI savepoints, PrintWriter err) {
    this.err = err;
    this.savepoints = savepoints;
  }

  /**
   * Starts the job of an environment.
   *
   * @param bounded whether the job ends by itself
   * @param savepoints directory for the savepoint of an interrupted run
   */
  static RunningJob start(
      StreamExecutionEnvironment env, String name, boolean bounded, URI savepoints, PrintWriter err)
      throws Exception {
    RunningJob job = new RunningJob(savepoints, err);
    if (!bounded) {
      // first: there may be results to commit before this thread hears that the job has started
      Runtime.getRuntime().addShutdownHook(job.stopper);
    }
    try {
      job.started.complete(env.executeAsync(name));
      return job;
    } catch (Exception e) {
      job.close();
      throw e;
    }
  }

  /**
   * Waits for the end of the job.
   *
   * @param watched whether to show progress meanwhile
   */
  RunSummary await(boolean watched) throws ExecutionException, InterruptedException {
    JobClient job = started.join();
    Future<?> end = job.getJobExecutionResult();
    String shown = "";
    try {
      while (!ended(end)) {
        if (watched) {
          erase(shown);
          shown = progress(job);
          err.print(shown);
          err.flush();
        }
      }
    } finally {
      erase(shown);
    }
    return summary(job.getJobExecutionResult().get().getAllAccumulatorResults());
  }

  /** To be called when everything about the job has been said. */
  @Override
  public void close() {
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(stopper);
    } catch (IllegalStateException e) {
      // The process is ending already, and the stopper with it.
    }
  }

  private static boolean ended(Future<?> end) throws ExecutionException, InterruptedException {
    try {
      end.get(1, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  private void stop() {
    long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    try {
      JobClient job = started.get(START_SECONDS, TimeUnit.SECONDS);
      while (!stopped(job, patience)) {
        Thread.sleep(RETRY_MILLIS);
      }
      closed.await(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      err.println("interrupted: results since the last checkpoint are not committed (" + e + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the job could be stopped: one whose tasks are still starting takes no savepoint. */
  private boolean stopped(JobClient job, long patience)
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      job.stopWithSavepoint(false, savepoints.toString(), SavepointFormatType.CANONICAL)
          .get(STOP_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException e) {
      if (System.nanoTime() > patience || job.getJobStatus().get().isGloballyTerminalState()) {
        throw e;
      }
      return false;
    }
  }

  /** What the job has done so far; nothing while it starts or ends. */
  private String progress(JobClient job) throws InterruptedException {
    try {
      return summary(job.getAccumulators().get()).progress();
    } catch (ExecutionException e) {
      return "";
    }
  }

  private RunSummary summary(Map<String, Object> accumulators) {
    return RunSummary.of(accumulators, Duration.ofNanos(System.nanoTime() - start));
  }

  private void erase(String shown) {
    if (!shown.isEmpty()) {
      err.print("\r" + " ".repeat(shown.length()) + "\r");
      err.flush();
    }
  }
}
