// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.operators.OperatorMetrics;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * What one run of a graph showed.
 *
 * @param rows readings that went through
 * @param scoredByModel of them, those scored by a model
 * @param late of them, those behind the watermark
 * @param seconds from the first row behind the score function to the last
 */
record PipelineRun(long rows, long scoredByModel, long late, double seconds) {
  double rowsPerSecond() {
    return rows / seconds;
  }

  /** Runs a {@link PipelineGraph} to its end. */
  static PipelineRun of(MiniCluster cluster, StreamGraph graph) throws Exception {
    JobID job = cluster.submitJob(graph.getJobGraph()).get().getJobID();
    JobExecutionResult result =
        cluster
            .requestJobResult(job)
            .get()
            .toJobExecutionResult(PipelineRun.class.getClassLoader());
    long first = result.<Long>getAccumulatorResult(StopwatchFunction.FIRST_NANOS);
    long last = result.<Long>getAccumulatorResult(StopwatchFunction.LAST_NANOS);
    return new PipelineRun(
        count(result, StopwatchFunction.ROWS),
        count(result, OperatorMetrics.SCORED_BY_MODEL),
        count(result, OperatorMetrics.LATE),
        (last - first) / 1e9);
  }

  private static long count(JobExecutionResult result, String name) {
    Long count = result.getAccumulatorResult(name);
    return count == null ? 0 : count;
  }
}
