// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./caddis down}: stops the cluster that {@code up} started. */
@Command(name = "down", description = "Stop the cluster; checkpoints and savepoints stay.")
final class DownCommand implements Callable<Integer> {
  @Option(names = "--dir", paramLabel = "DIR", description = "As given to up.")
  private @Nullable Path directory;

  @Override
  public Integer call() {
    Path home = directory == null ? ClusterCli.defaultDirectory() : directory;
    int stopped = StandaloneCluster.stop(home);
    System.out.println(
        stopped == 0 ? "No cluster runs in " + home : "Stopped " + stopped + " processes.");
    return 0;
  }
}
