// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.jobs.spec.PipelineSpec;
import java.io.IOException;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Draws a job's graph, from its sources to its sinks, into an environment. */
@FunctionalInterface
public interface Pipeline {
  /**
   * @throws IllegalArgumentException if the specification does not fit the input, with a message
   *     for the user
   * @throws IOException if the input cannot be looked at
   */
  void build(StreamExecutionEnvironment env, PipelineSpec spec) throws IOException;
}
