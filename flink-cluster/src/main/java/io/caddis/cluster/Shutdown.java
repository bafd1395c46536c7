// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The end of a cluster: its processes in the order in which they can do without each other. */
final class Shutdown {
  private static final Duration GRACE = Duration.ofSeconds(15);

  private Shutdown() {}

  /**
   * Ends what the pid files of a cluster name, and what the caller knows of besides.
   *
   * @return how many processes were ended
   * @throws ClusterException when another command is at work on the directory, or, after all others
   *     were ended, when a pid file does not tell which process it is of
   */
  static int of(ClusterDirectory directory, List<ClusterProcess> known) {
    if (!Files.isDirectory(directory.root())) {
      end(known);
      return known.size();
    }
    try (ClusterLock lock = ClusterLock.take(directory.root())) {
      PidFiles pidFiles = directory.pidFiles();
      List<ClusterProcess> running = new ArrayList<>(pidFiles.running());
      for (ClusterProcess process : known) {
        if (process.isAlive() && running.stream().noneMatch(it -> it.pid() == process.pid())) {
          running.add(process);
        }
      }
      end(running);
      pidFiles.deleteEnded();
      pidFiles.requireReadable("stopped " + running.size() + " processes");
      return running.size();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + directory.root(), e);
    }
  }

  /**
   * Asks processes to end, kills those that take too long, and removes their pid files.
   *
   * @throws ClusterException when some did not end; all others have
   */
  static void end(List<ClusterProcess> processes) {
    // The JobManager first, in the order of names: it must not take the end of the others for
    // failures. What they say good-bye to in ZooKeeper must be there until they have.
    List<String> alive = new ArrayList<>();
    for (boolean keeper : new boolean[] {false, true}) {
      List<ClusterProcess> together =
          processes.stream()
              .filter(process -> process.name().equals(StandaloneCluster.ZOO_KEEPER) == keeper)
              .toList();
      together.forEach(ClusterProcess::terminate);
      for (ClusterProcess process : together) {
        try {
          process.awaitEndOrKill(GRACE);
        } catch (ClusterException e) {
          alive.add(e.getMessage());
        }
      }
    }
    if (!alive.isEmpty()) {
      throw new ClusterException(
          String.join("; ", alive) + "; all others have ended. Run ./caddis down again");
    }
  }
}
