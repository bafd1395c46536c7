// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What should not happen to a running job: restarts, and checkpoints that fail. */
final class Disturbances {
  private static final Duration START = Duration.ofSeconds(180);

  private static final ArrayNode NONE = JsonNodeFactory.instance.arrayNode();

  private final StandaloneCluster cluster;
  private final String job;
  private final int early;

  /** Waits for the first checkpoint: those that came due before all tasks ran count as failed. */
  Disturbances(StandaloneCluster cluster, String job) {
    this.cluster = cluster;
    this.job = job;
    boolean began = Patience.await(START, () -> cluster.rest().checkpoints(job).completed() > 0);
    assertThat(began).as("a checkpoint of a job %s", cluster.rest().jobState(job)).isTrue();
    early = cluster.rest().checkpoints(job).failed();
  }

  /** By the failures kept: the metric of restarts says nothing in a job's first seconds. */
  void assertNoRestarts() {
    assertThat(cluster.rest().get("/jobs/" + job + "/exceptions").at("/exceptionHistory/entries"))
        .as("failures of a job %s", cluster.rest().jobState(job))
        .isEqualTo(NONE);
  }

  void assertNoFailedCheckpoints() {
    assertThat(cluster.rest().checkpoints(job).failed() - early)
        .as(
            () ->
                "failed checkpoints, the last: "
                    + cluster.rest().get("/jobs/" + job + "/checkpoints").at("/latest/failed"))
        .isZero();
  }
}
