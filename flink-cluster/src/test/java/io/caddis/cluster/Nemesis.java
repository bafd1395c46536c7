// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The nemesis: kills TaskManagers of a running job, as {@code kill -9}, and replaces them. When and
 * which follows from the seed, in terms of the job's own progress: each fault waits for one or two
 * checkpoints more and then for part of the next, so that faults fall at any point between two
 * checkpoints, whatever the speed of the machine.
 */
final class Nemesis {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final StandaloneCluster cluster;
  private final Random random;

  Nemesis(StandaloneCluster cluster, long seed) {
    this.cluster = cluster;
    this.random = new Random(seed);
  }

  /**
   * Kills one TaskManager after the other while a job runs, and returns when it runs again.
   *
   * @param checkpointInterval of the job
   * @return what was killed, for the log of the test
   */
  List<String> killTaskManagers(String job, int times, Duration checkpointInterval) {
    List<String> killed = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      awaitProgress(job, checkpointInterval);
      List<ClusterProcess> candidates = cluster.taskManagers();
      ClusterProcess victim = candidates.get(random.nextInt(candidates.size()));
      victim.kill();
      killed.add(victim.toString());
      cluster.startTaskManager();
      cluster.awaitTaskManagers(PATIENCE);
    }
    awaitProgress(job, checkpointInterval);
    return killed;
  }

  private void awaitProgress(String job, Duration checkpointInterval) {
    int target = cluster.rest().checkpoints(job).completed() + 1 + random.nextInt(2);
    boolean reached =
        Patience.await(
            PATIENCE,
            () -> {
              String state = cluster.rest().jobState(job);
              if (state.equals("FINISHED") || state.equals("FAILED") || state.equals("CANCELED")) {
                throw new ClusterException(
                    "the job was " + state + " before the nemesis was done with it");
              }
              return cluster.rest().checkpoints(job).completed() >= target;
            });
    if (!reached) {
      throw new ClusterException("the job did not reach checkpoint " + target + " in " + PATIENCE);
    }
    Duration part = Duration.ofNanos((long) (random.nextDouble() * checkpointInterval.toNanos()));
    Patience.await(part, () -> false);
  }
}
