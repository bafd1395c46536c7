// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The nemesis: kills TaskManagers and leading JobManagers of a running job, as {@code kill -9}, and
 * replaces them. When and which follows from the seed, in terms of the job's own progress: each
 * fault waits for one or two checkpoints more and then for part of the next, so that faults fall at
 * any point between two checkpoints, whatever the speed of the machine.
 */
final class Nemesis {
  private static final Duration PATIENCE = Duration.ofSeconds(300);

  private final StandaloneCluster cluster;
  private final Random random;

  Nemesis(StandaloneCluster cluster, long seed) {
    this.cluster = cluster;
    this.random = new Random(seed);
  }

  /**
   * One kill.
   *
   * @param at epoch milliseconds
   */
  record Kill(String process, long at) {}

  /**
   * Kills one process after the other while a job runs, and returns when it runs again.
   *
   * @param checkpointInterval of the job
   */
  List<Kill> kill(String job, int taskManagers, int jobManagers, Duration checkpointInterval) {
    List<Boolean> order = new ArrayList<>(Collections.nCopies(jobManagers, true));
    order.addAll(Collections.nCopies(taskManagers, false));
    Collections.shuffle(order, random);
    List<Kill> faults = new ArrayList<>();
    for (boolean jobManager : order) {
      awaitProgress(job, checkpointInterval);
      List<ClusterProcess> candidates = cluster.taskManagers();
      ClusterProcess victim =
          jobManager ? leader() : candidates.get(random.nextInt(candidates.size()));
      faults.add(new Kill(victim.toString(), System.currentTimeMillis()));
      kill(List.of(victim));
    }
    awaitProgress(job, checkpointInterval);
    return faults;
  }

  /** The JobManager that leads, as soon as one does and ZooKeeper has told. */
  ClusterProcess leader() {
    List<ClusterProcess> found = new ArrayList<>();
    boolean leads =
        Patience.await(
            PATIENCE,
            () -> {
              cluster.leader().ifPresent(found::add);
              return !found.isEmpty();
            });
    if (!leads) {
      throw new AssertionError("no JobManager led in " + PATIENCE);
    }
    return found.get(0);
  }

  /** Kills processes at once and puts others in their places. */
  void kill(List<ClusterProcess> victims) {
    victims.forEach(ClusterProcess::kill);
    repair();
  }

  /** Replaces what has ended, and returns when the cluster is complete again. */
  void repair() {
    cluster.startMissing();
    try {
      cluster.awaitTaskManagers(PATIENCE);
    } catch (ClusterException ended) {
      // One that comes back from a pause may find that it was given up, and end only now.
      if (cluster.startMissing().isEmpty()) {
        throw ended;
      }
      cluster.awaitTaskManagers(PATIENCE);
    }
  }

  /** Returns at some point between two checkpoints, one or two checkpoints later. */
  void awaitProgress(String job, Duration checkpointInterval) {
    int more = 1 + random.nextInt(2);
    int[] target = {-1};
    int[] seen = {-1};
    boolean reached =
        Patience.await(
            PATIENCE,
            () -> {
              int completed = completed(job);
              // A new leader counts from 0.
              if (target[0] < 0 || (completed >= 0 && completed < seen[0])) {
                target[0] = completed < 0 ? -1 : completed + more;
              }
              seen[0] = completed < 0 ? seen[0] : completed;
              return completed >= 0 && completed >= target[0];
            });
    if (!reached) {
      throw new AssertionError("the job did not reach checkpoint " + target[0] + " in " + PATIENCE);
    }
    Duration part = Duration.ofNanos((long) (random.nextDouble() * checkpointInterval.toNanos()));
    Patience.await(part, () -> false);
  }

  /** Waits until the JobManager that leads lists a job as FINISHED. */
  boolean awaitFinished(String job) {
    return Patience.await(
        PATIENCE,
        () -> {
          try {
            return cluster.rest().jobs().stream()
                .anyMatch(it -> it.id().equals(job) && it.state().equals("FINISHED"));
          } catch (ClusterException e) {
            return false;
          }
        });
  }

  /** Completed checkpoints of a job that runs; -1 while no leader knows of it. */
  private int completed(String job) {
    try {
      String state = cluster.rest().jobState(job);
      if (state.equals("FINISHED") || state.equals("FAILED") || state.equals("CANCELED")) {
        throw new AssertionError("the job was " + state + " before the nemesis was done with it");
      }
      return cluster.rest().checkpoints(job).completed();
    } catch (ClusterException e) {
      return -1;
    }
  }
}
