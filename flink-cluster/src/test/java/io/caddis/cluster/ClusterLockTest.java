// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterLockTest {
  private static final String AT_WORK = "another command of ./caddis is at work on ";

  @TempDir private Path folder;
  @TempDir private Path distribution;

  @BeforeEach
  void layOut() throws IOException {
    Files.createDirectories(distribution.resolve("lib"));
    // What nobody may look at before the lock is taken.
    new ClusterDirectory(folder).create();
    Files.createFile(folder.resolve("pid/jobmanager.pid"));
  }

  @Test
  void oneCommandIsAtWorkOnADirectory() {
    try (ClusterLock lock = ClusterLock.take(folder)) {
      assertEveryCommandIsRefused();
    }
    ClusterLock.take(folder).close();
  }

  @Test
  void lockOfAnotherProcessEndsWithIt() throws Exception {
    Process holder = holder();
    try {
      assertThat(holder.getInputStream().read()).isEqualTo('!');
      assertEveryCommandIsRefused();
    } finally {
      holder.destroyForcibly().waitFor();
    }
    ClusterLock.take(folder).close();
  }

  @Test
  void refusalWithinThisProcessLeavesTheLockClosedToOthers() throws Exception {
    try (ClusterLock lock = ClusterLock.take(folder)) {
      assertThatThrownBy(() -> ClusterLock.take(folder)).isInstanceOf(ClusterException.class);
      Process other = holder();
      assertThat(other.getInputStream().read()).isEqualTo('?');
      assertThat(other.waitFor()).isZero();
    }
  }

  @Test
  void otherNameOfADirectoryDoesNotHelp() throws IOException {
    Path link = Files.createSymbolicLink(distribution.resolve("link"), folder);
    try (ClusterLock lock = ClusterLock.take(folder)) {
      assertThatThrownBy(() -> ClusterLock.take(link))
          .isInstanceOf(ClusterException.class)
          .hasMessage(AT_WORK + link + ": wait until it has ended");
    }
  }

  @Test
  void directoryThatIsNotThereHasNoClusterAndIsNotMade() {
    Path missing = folder.resolve("missing");

    assertThat(StandaloneCluster.stop(missing)).isZero();
    assertThat(StandaloneCluster.repair(distribution, missing, Duration.ZERO)).isEmpty();
    assertThat(missing).doesNotExist();
  }

  private void assertEveryCommandIsRefused() {
    assertThatThrownBy(() -> StandaloneCluster.stop(folder))
        .isInstanceOf(ClusterException.class)
        .hasMessage(AT_WORK + folder + ": wait until it has ended");
    assertThatThrownBy(() -> StandaloneCluster.repair(distribution, folder, Duration.ZERO))
        .isInstanceOf(ClusterException.class)
        .hasMessageStartingWith(AT_WORK);
    assertThatThrownBy(
            () ->
                StandaloneCluster.start(new ClusterSettings(distribution, folder, 0, 1, Map.of())))
        .isInstanceOf(ClusterException.class)
        .hasMessageStartingWith(AT_WORK);
    assertThat(ClusterCli.run(new String[] {"down", "--dir", folder.toString()})).isEqualTo(1);
  }

  private Process holder() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Holder.class.getName(),
            folder.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Another process: says {@code !} when it has the lock and keeps it, or {@code ?} and ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws Exception {
      try (ClusterLock lock = ClusterLock.take(Path.of(arguments[0]))) {
        System.out.print('!');
        System.out.flush();
        Thread.sleep(Duration.ofMinutes(10).toMillis());
      } catch (ClusterException e) {
        System.out.print('?');
      }
    }
  }
}
