// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** What a campaign does to a running job. Each heals what it hurt before it returns. */
enum Fault {
  /** {@code kill -9} of one, or of both at once. */
  KILLED_TASK_MANAGERS {
    @Override
    void strike(ChaosStage stage, Random random) {
      List<ClusterProcess> all = stage.cluster().taskManagers();
      stage.nemesis().kill(random.nextBoolean() ? all : List.of(any(all, random)));
    }
  },
  /** {@code kill -9} of the JobManager that leads. */
  KILLED_LEADER {
    @Override
    void strike(ChaosStage stage, Random random) {
      stage.nemesis().kill(List.of(stage.leader()));
    }
  },
  /** {@code kill -9} of ZooKeeper, without which nobody leads. */
  KILLED_ZOO_KEEPER {
    @Override
    void strike(ChaosStage stage, Random random) {
      stage.nemesis().kill(List.of(zooKeeper(stage)));
    }
  },
  /** {@code kill -9} of every process of the cluster at once. */
  KILLED_CLUSTER {
    @Override
    void strike(ChaosStage stage, Random random) {
      stage.nemesis().kill(stage.cluster().processes());
    }
  },
  /** {@code kill -9} of all TaskManagers or of the leader while a savepoint is written. */
  KILLED_IN_SAVEPOINT {
    @Override
    void strike(ChaosStage stage, Random random) throws IOException {
      boolean leader = random.nextBoolean();
      CompletableFuture<?> savepoint;
      try (NewFiles files = new NewFiles(stage.cluster().savepoints())) {
        savepoint = CompletableFuture.runAsync(stage::savepoint);
        files.await();
      }
      stage.nemesis().kill(leader ? List.of(stage.leader()) : stage.cluster().taskManagers());
      savepoint.join();
    }
  },
  /** {@code kill -9} of all TaskManagers while a model is written into the registry. */
  KILLED_IN_PUBLICATION {
    @Override
    void strike(ChaosStage stage, Random random) throws IOException {
      try (NewFiles files = new NewFiles(stage.models())) {
        files.await();
      }
      stage.nemesis().kill(stage.cluster().taskManagers());
    }
  },
  /** Stopped with a savepoint, and started from it with another parallelism. */
  RESCALED {
    @Override
    void strike(ChaosStage stage, Random random) {
      stage.rescale(random);
    }
  },
  /** {@code kill -9} of the broker of readings and results. */
  KILLED_BROKER {
    @Override
    void strike(ChaosStage stage, Random random) throws IOException {
      stage.broker().restart();
    }
  },
  /** {@code kill -9} of the gateway that follows the results. */
  KILLED_GATEWAY {
    @Override
    void strike(ChaosStage stage, Random random) throws IOException {
      stage.killGateway();
    }
  },
  /** Stopped for longer than its heartbeat may take: a zombie, which comes back. */
  PAUSED_TASK_MANAGER {
    @Override
    void strike(ChaosStage stage, Random random) {
      pause(HEARTBEAT.plusSeconds(4), any(stage.cluster().taskManagers(), random).pid());
      stage.nemesis().repair();
    }
  },
  /** Stopped for longer than its session may be silent: another one leads when it comes back. */
  PAUSED_LEADER {
    @Override
    void strike(ChaosStage stage, Random random) {
      pause(SESSION.plusSeconds(3), stage.leader().pid());
      stage.nemesis().repair();
    }
  },
  /** Broker and gateway take nothing for a while. */
  SLOW_SINKS {
    @Override
    void strike(ChaosStage stage, Random random) {
      pause(Duration.ofSeconds(6), stage.broker().pid(), stage.gateway().pid());
    }
  },
  /** Nothing can be written or renamed where the results are. */
  PROTECTED_RESULTS {
    @Override
    void strike(ChaosStage stage, Random random) {
      stage.results().protect(stage.output(), FAILING);
    }
  },
  /** No room for results, nor for the gateway's store. */
  FULL_RESULTS {
    @Override
    void strike(ChaosStage stage, Random random) {
      stage.results().fill(FAILING);
    }
  },
  /** No room for checkpoints, nor for models in the registry. */
  FULL_CHECKPOINTS {
    @Override
    void strike(ChaosStage stage, Random random) {
      stage.state().fill(FAILING);
    }
  },
  /** Versions that are cut off, changed in one bit, and too large; each is told to be promoted. */
  DAMAGED_MODELS {
    @Override
    void strike(ChaosStage stage, Random random) throws IOException {
      stage.commands().promoteDamaged(random);
    }
  },
  /** All of it. */
  DELETED_REGISTRY {
    @Override
    void strike(ChaosStage stage, Random random) throws IOException {
      if (Files.exists(stage.registry())) {
        try (Stream<Path> files = Files.walk(stage.registry())) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            // The job may be quicker to write a new one into it.
            file.toFile().delete();
          }
        }
      }
    }
  },
  /** Each command of three files, to be obeyed once; and files that are no commands. */
  REPEATED_COMMANDS {
    @Override
    void strike(ChaosStage stage, Random random) throws IOException {
      stage.commands().sendNonsense(random);
      stage.commands().rollBackOnce();
    }
  },
  /** Readings whose clocks are wrong, by seconds and by centuries. */
  JUMPING_CLOCKS {
    @Override
    void strike(ChaosStage stage, Random random) {
      stage.feed().jump(random);
    }
  };

  /** After it a TaskManager that is silent counts as lost. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(8);

  /** After it a JobManager that is silent no longer leads. */
  private static final Duration SESSION = Duration.ofSeconds(5);

  private static final Duration FAILING = Duration.ofSeconds(5);

  private static ClusterProcess zooKeeper(ChaosStage stage) {
    return stage.cluster().processes().stream()
        .filter(process -> process.name().equals("zookeeper"))
        .findFirst()
        .orElseThrow();
  }

  private static ClusterProcess any(List<ClusterProcess> processes, Random random) {
    return processes.get(random.nextInt(processes.size()));
  }

  private static void pause(Duration duration, long... pids) {
    for (long pid : pids) {
      SystemCommand.signal("STOP", pid);
    }
    Patience.await(duration, () -> false);
    for (long pid : pids) {
      SystemCommand.signal("CONT", pid);
    }
  }

  /**
   * Does it.
   *
   * @throws UnsupportedOperationException when it cannot be done here
   */
  abstract void strike(ChaosStage stage, Random random) throws IOException;
}
