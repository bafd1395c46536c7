// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ZooKeeper is away for longer than the sessions of both JobManagers take, and comes back. */
class ZooKeeperOutageSystemTest {
  private static final Map<String, String> OPTIONS =
      Map.of("high-availability.type", "zookeeper", "execution.checkpointing.interval", "500 ms");
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /** Of conf/config.yaml. */
  private static final Duration SESSION = Duration.ofSeconds(5);

  private static final int ELEMENTS = 200_000;

  @TempDir private Path folder;

  @Test
  void oneJobManagerLeadsAndItsJobLosesNothing() throws IOException {
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
    try (StandaloneCluster cluster = TestCluster.start(home, 1, OPTIONS)) {
      String job = Submission.detached(cluster, List.of(), counting);
      Nemesis nemesis = new Nemesis(cluster, 5);
      nemesis.awaitProgress(job, Duration.ofMillis(500));

      cluster.processes().stream()
          .filter(process -> process.name().equals("zookeeper"))
          .forEach(ClusterProcess::kill);
      assertThat(Patience.await(PATIENCE, () -> last(home, "State change: ").equals("LOSTLOST")))
          .isTrue();
      assertThat(cluster.startMissing()).extracting(ClusterProcess::name).contains("zookeeper");
      assertThat(
              Patience.await(
                  PATIENCE, () -> last(home, "State change: ").equals("RECONNECTEDRECONNECTED")))
          .isTrue();
      // By then ZooKeeper, too, knows that the sessions of before have ended.
      Patience.await(SESSION.multipliedBy(2), () -> false);

      assertThat(Patience.await(PATIENCE, () -> cluster.leader().isPresent())).isTrue();
      assertThat(last(home, "DispatcherRestEndpoint"))
          .as("the last that each JobManager was told")
          .containsOnlyOnce("was granted leadership");
      Files.createFile(release);
      assertThat(nemesis.awaitFinished(job)).isTrue();
    }
    assertThat(
            OutputDifference.between(
                CountingJob.expected(ELEMENTS), CommittedLines.readAll(output)))
        .isEqualTo(OutputDifference.NONE);
  }

  /** What follows a text where it stands last, of the logs of both JobManagers. */
  private static String last(Path cluster, String text) {
    StringBuilder found = new StringBuilder();
    for (String name : List.of("jobmanager", "jobmanager-2")) {
      try {
        Files.readAllLines(cluster.resolve("log").resolve(name + ".log")).stream()
            .filter(line -> line.contains(text))
            .reduce((former, latter) -> latter)
            .ifPresent(
                line -> found.append(line.substring(line.lastIndexOf(text) + text.length())));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found.toString();
  }
}
