// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./caddis status}: what runs. Exit code 0 when the cluster answers, 1 when it does not. */
@Command(
    name = "status",
    description = "Show processes, slots and jobs; exit code 1 when no cluster answers.")
final class StatusCommand implements Callable<Integer> {
  @Option(names = "--dir", paramLabel = "DIR", description = "As given to up.")
  private @Nullable Path directory;

  @Override
  public Integer call() {
    Path home = directory == null ? ClusterCli.defaultDirectory() : directory;
    Optional<StandaloneCluster> found = StandaloneCluster.find(ClusterCli.distribution(), home);
    if (found.isEmpty()) {
      System.out.println("No cluster runs in " + home);
      return 1;
    }
    StandaloneCluster cluster = found.get();
    List<ClusterProcess> silent = cluster.silent();
    System.out.println(
        "Web UI     "
            + cluster.jobManagers().stream()
                .filter(process -> !silent.contains(process))
                .findFirst()
                .map(cluster::webInterface)
                .orElse(cluster.webInterface()));
    System.out.println("Processes  " + cluster.processes());
    if (cluster.isHighlyAvailable()) {
      System.out.println(
          "Leader     "
              + cluster.leader().map(ClusterProcess::toString).orElse("none")
              + (cluster.jobManagers().size() < 2 ? ", no standby: ./caddis up --repair" : ""));
    }
    for (ClusterProcess process : silent) {
      System.out.println(
          "Silent     "
              + process
              + " lives and does not answer; if it stays so: ./caddis up --repair");
    }
    Optional<FlinkRest.Overview> overview = cluster.rest().overview();
    if (overview.isEmpty()) {
      System.out.println(
          "REST       does not answer; ./caddis up --repair starts what has died, logs are in "
              + home.resolve("log"));
      return 1;
    }
    FlinkRest.Overview is = overview.get();
    System.out.printf(
        "Slots      %d, %d free, on %d TaskManagers%n",
        is.slots(), is.freeSlots(), is.taskManagers());
    for (FlinkRest.Job job : cluster.rest().jobs()) {
      System.out.printf("Job        %s  %-9s  %s%n", job.id(), job.state(), job.name());
    }
    return 0;
  }
}
