// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster as {@code up --ha} starts it: two JobManagers, one of which leads, and a ZooKeeper. */
class HighAvailabilitySystemTest {
  private static final Map<String, String> OPTIONS =
      Map.of("high-availability.type", "zookeeper", "execution.checkpointing.interval", "500 ms");
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final int ELEMENTS = 200_000;

  @TempDir Path folder;

  @Test
  void jobGoesOnWithAnotherLeaderAndAfterARestartOfTheWholeClusterByItself() throws Exception {
    Path output = folder.resolve("output");
    Path release = folder.resolve("release");
    List<String> counting =
        List.of(
            CountingJob.jar(folder).toString(),
            "" + ELEMENTS,
            output.toString(),
            "500",
            release.toString());
    Path home = folder.resolve("cluster");
    String job;
    List<ClusterProcess> processes;
    try (StandaloneCluster cluster = TestCluster.start(home, 1, OPTIONS)) {
      assertThat(cluster.processes())
          .extracting(ClusterProcess::name)
          .containsExactlyInAnyOrder("zookeeper", "jobmanager", "jobmanager-2", "taskmanager-1");
      for (ClusterProcess process : cluster.processes()) {
        assertThat(ListeningSockets.of(process.pid()))
            .as(process.name())
            .isNotEmpty()
            .allMatch(InetAddress::isLoopbackAddress);
      }
      job = Submission.detached(cluster, List.of(), counting);
      Nemesis nemesis = new Nemesis(cluster, 3);
      List<Nemesis.Kill> faults = nemesis.kill(job, 0, 1, Duration.ofMillis(500));

      assertThat(faults).hasSize(1);
      assertThat(cluster.rest().checkpoints(job).restored()).isPositive();
      assertThat(nemesis.leader()).asString().isNotEqualTo(faults.get(0).process());
      assertThat(cluster.jobManagers()).hasSize(2);
      processes = cluster.processes();
    }
    assertThat(processes).hasSize(4).noneMatch(ClusterProcess::isAlive);

    try (StandaloneCluster cluster = TestCluster.start(home, 1, OPTIONS)) {
      Files.createFile(release);
      assertThat(new Nemesis(cluster, 5).awaitFinished(job)).isTrue();
    }
    assertThat(
            OutputDifference.between(
                CountingJob.expected(ELEMENTS), CommittedLines.readAll(output)))
        .isEqualTo(OutputDifference.NONE);
  }

  @Test
  void standbyThatDoesNotFindTheLeaderIsNamedPassedOverAndReplaced() {
    Map<String, String> options = new HashMap<>(OPTIONS);
    // Nobody takes over here, however long the machine is busy with something else.
    options.put("high-availability.zookeeper.client.session-timeout", "60 s");
    try (StandaloneCluster cluster = TestCluster.start(folder, 1, options)) {
      Nemesis nemesis = new Nemesis(cluster, 7);
      assertThat(
              Patience.await(
                  PATIENCE, () -> cluster.silent().isEmpty() && cluster.leader().isPresent()))
          .isTrue();
      ClusterProcess leader = nemesis.leader();
      List<ClusterProcess> standby = new ArrayList<>(cluster.jobManagers());
      standby.remove(leader);
      assertThat(standby).hasSize(1);
      SystemCommand.signal("STOP", standby.get(0).pid());

      assertThat(cluster.silent()).isEqualTo(standby);
      assertThat(cluster.rest().taskManagers()).containsExactly("taskmanager-1");

      long taskManager = cluster.taskManagers().get(0).pid();
      SystemCommand.signal("STOP", taskManager);
      // It is listed as long as its heartbeat may be silent.
      assertThat(
              Patience.await(
                  PATIENCE,
                  () -> cluster.rest().overview().stream().anyMatch(it -> it.taskManagers() == 0)))
          .isTrue();
      assertThatThrownBy(() -> cluster.awaitTaskManagers(Duration.ZERO))
          .isInstanceOf(ClusterException.class)
          .hasMessageContaining("expected TaskManagers [taskmanager-1], " + leader + " leads\n")
          .hasMessageContaining("\n" + leader + " lists []\n")
          .hasMessageContaining("\n" + standby.get(0) + " lists none: GET ");
      SystemCommand.signal("CONT", taskManager);

      assertThat(cluster.replaceSilent(Duration.ZERO))
          .extracting(ClusterProcess::name)
          .containsExactly(standby.get(0).name());
      assertThat(standby.get(0).isAlive()).isFalse();
      assertThat(nemesis.leader()).isEqualTo(leader);
      assertThat(Patience.await(PATIENCE, () -> cluster.silent().isEmpty())).isTrue();
      assertThat(cluster.replaceSilent(Duration.ZERO)).isEmpty();
    }
  }
}
