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
 * @param cpuSeconds CPU time of the whole process between the two
 */
record PipelineRun(long rows, long scoredByModel, long late, double seconds, double cpuSeconds) {
  double rowsPerSecond() {
    return rows / seconds;
  }

  double cpuNanosPerRow() {
    return cpuSeconds * 1e9 / rows;
  }

  /** Runs a {@link PipelineGraph} to its end. */
  static PipelineRun of(MiniCluster cluster, StreamGraph graph) throws Exception {
    JobID job = cluster.submitJob(graph.getJobGraph()).get().getJobID();
    JobExecutionResult result =
        cluster
            .requestJobResult(job)
            .get()
            .toJobExecutionResult(PipelineRun.class.getClassLoader());
    return new PipelineRun(
        count(result, StopwatchFunction.ROWS),
        count(result, OperatorMetrics.SCORED_BY_MODEL),
        count(result, OperatorMetrics.LATE),
        seconds(result, StopwatchFunction.FIRST_NANOS, StopwatchFunction.LAST_NANOS),
        seconds(result, StopwatchFunction.FIRST_CPU_NANOS, StopwatchFunction.LAST_CPU_NANOS));
  }

  private static double seconds(JobExecutionResult result, String first, String last) {
    return (count(result, last) - count(result, first)) / 1e9;
  }

  private static long count(JobExecutionResult result, String name) {
    Long count = result.getAccumulatorResult(name);
    return count == null ? 0 : count;
  }
}
