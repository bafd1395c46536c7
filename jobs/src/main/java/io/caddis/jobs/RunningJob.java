// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;

/**
 * A job on the embedded cluster, from its start to its end. When the process is asked to end
 * (Ctrl-C), a job without end is stopped with a savepoint first, so that every result so far is
 * committed; of a bounded one, half the results would look like all, so nothing is.
 */
final class RunningJob implements AutoCloseable {
  private static final long STOP_SECONDS = 60;

  private final JobClient job;
  private final PrintWriter err;
  private final URI savepoints;
  private final long start = System.nanoTime();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread stopper = new Thread(this::stop, "stop-job");

  /**
   * @param bounded whether the job ends by itself
   * @param savepoints directory for the savepoint of an interrupted run
   */
  RunningJob(JobClient job, boolean bounded, URI savepoints, PrintWriter err) {
    this.job = job;
    this.err = err;
    this.savepoints = savepoints;
    if (!bounded) {
      Runtime.getRuntime().addShutdownHook(stopper);
    }
  }

  /**
   * Waits for the end of the job.
   *
   * @param watched whether to show progress meanwhile
   */
  RunSummary await(boolean watched) throws ExecutionException, InterruptedException {
    Future<?> end = job.getJobExecutionResult();
    String shown = "";
    try {
      while (!ended(end)) {
        if (watched) {
          erase(shown);
          shown = progress();
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
    try {
      job.stopWithSavepoint(false, savepoints.toString(), SavepointFormatType.CANONICAL)
          .get(STOP_SECONDS, TimeUnit.SECONDS);
      closed.await(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      err.println("interrupted: results since the last checkpoint are not committed (" + e + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the job has done so far; nothing while it starts or ends. */
  private String progress() throws InterruptedException {
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
