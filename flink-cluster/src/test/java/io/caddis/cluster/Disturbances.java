// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/** What should not happen to a running job: restarts, and checkpoints that fail. */
final class Disturbances {
  private static final Duration START = Duration.ofSeconds(180);

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

  void assertNoRestarts() {
    String path = "/jobs/" + job;
    assertThat(
            cluster.rest().get(path + "/metrics?get=numRestarts").at("/0/value").asString("none"))
        .as(
            () ->
                "restarts of a job %s: %s"
                    .formatted(
                        cluster.rest().jobState(job), cluster.rest().get(path + "/exceptions")))
        .isEqualTo("0");
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
