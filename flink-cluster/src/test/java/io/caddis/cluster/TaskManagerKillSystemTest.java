// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Generator, nemesis, verifier: {@code kill -9} of TaskManagers loses nothing and doubles nothing.
 */
class TaskManagerKillSystemTest {
  private static final long ELEMENTS = 300_000;
  private static final long SEED = 20_260_101;
  private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);

  @Test
  void threeKilledTaskManagersChangeNothingInTheOutput(@TempDir Path folder) throws IOException {
    Path jar = CountingJob.jar(folder);
    Path output = folder.resolve("output");
    Path release = folder.resolve("release");
    Map<String, String> options =
        Map.of("execution.checkpointing.interval", CHECKPOINT_INTERVAL.toMillis() + " ms");
    try (StandaloneCluster cluster = TestCluster.start(folder.resolve("cluster"), 2, options)) {
      String job =
          Submission.detached(
              cluster,
              List.of(),
              List.of(
                  jar.toString(),
                  Long.toString(ELEMENTS),
                  output.toString(),
                  "1000",
                  release.toString()));

      List<String> killed =
          new Nemesis(cluster, SEED).killTaskManagers(job, 3, CHECKPOINT_INTERVAL);
      Files.createFile(release);
      boolean finished =
          Patience.await(
              Duration.ofMinutes(2), () -> cluster.rest().jobState(job).equals("FINISHED"));

      assertThat(killed).hasSize(3);
      assertThat(finished).as("finished").isTrue();
      assertThat(cluster.rest().checkpoints(job).restored()).isPositive();
    }
    assertThat(
            OutputDifference.between(
                CountingJob.expected(ELEMENTS), CommittedLines.readAll(output)))
        .isEqualTo(OutputDifference.NONE);
  }
}
