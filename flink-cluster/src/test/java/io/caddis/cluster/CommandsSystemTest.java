// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./caddis up}, {@code up --repair} and {@code down}, as a user or cron calls them. */
class CommandsSystemTest {
  @TempDir private Path folder;

  @Test
  void repairReplacesWhatHasDiedUnlessAnotherCommandIsAtWork() {
    Path home = folder.resolve("cluster");
    try {
      assertThat(run(home, up())).isZero();
      StandaloneCluster before = found(home);
      ClusterProcess jobManager = before.jobManagers().get(0);
      before.taskManagers().forEach(ClusterProcess::kill);

      try (ClusterLock lock = ClusterLock.take(home)) {
        assertThat(run(home, Stream.of("up", "--repair"))).isEqualTo(1);
        assertThat(run(home, Stream.of("down"))).isEqualTo(1);
      }
      assertThat(found(home).processes())
          .extracting(ClusterProcess::pid)
          .containsExactly(jobManager.pid());

      // The processes that up has started do not keep its lock.
      assertThat(run(home, Stream.of("up", "--repair"))).isZero();
      List<ClusterProcess> repaired = found(home).processes();
      assertThat(repaired)
          .extracting(ClusterProcess::name)
          .containsExactly("jobmanager", "taskmanager-2");
      assertThat(repaired.get(0).pid()).isEqualTo(jobManager.pid());
      assertThat(run(home, Stream.of("up", "--repair"))).isZero();
      assertThat(found(home).processes())
          .extracting(ClusterProcess::pid)
          .containsExactlyElementsOf(repaired.stream().map(ClusterProcess::pid).toList());

      assertThat(run(home, Stream.of("down"))).isZero();
      assertThat(repaired).noneMatch(ClusterProcess::isAlive);
      assertThat(run(home, Stream.of("up", "--repair"))).isEqualTo(1);
    } finally {
      StandaloneCluster.stop(home);
    }
  }

  private static Stream<String> up() {
    ClusterSettings settings = TestCluster.settings(Path.of("any"), 0, 1, Map.of());
    return Stream.concat(
        Stream.of("up", "--port", "0", "--taskmanagers", "1"),
        settings.options().entrySet().stream()
            .map(option -> "-D" + option.getKey() + "=" + option.getValue()));
  }

  private static int run(Path home, Stream<String> command) {
    return ClusterCli.run(
        Stream.concat(command, Stream.of("--dir", home.toString())).toArray(String[]::new));
  }

  private static StandaloneCluster found(Path home) {
    return StandaloneCluster.find(TestCluster.distribution(), home).orElseThrow();
  }
}
