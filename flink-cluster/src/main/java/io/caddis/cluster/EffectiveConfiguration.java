// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import io.caddis.cluster.ha.ZooKeeperServicesFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What one cluster runs with: the shipped configuration and what is its own in it. */
final class EffectiveConfiguration {
  /** Ours, not Flink's: where the second JobManager's web UI and REST are. */
  static final String STANDBY_PORT = "caddis.standby.rest.port";

  /** Ours, too: how many TaskManagers the cluster is to have. */
  static final String TASK_MANAGERS = "caddis.taskmanagers";

  private static final String TYPE = "high-availability.type";
  private static final String ZOO_KEEPER = "zookeeper";

  /** Flink's may end with two leaders when ZooKeeper was away for longer than a session takes. */
  private static final String SERVICES = ZooKeeperServicesFactory.class.getName();

  private static final String QUORUM = "high-availability.zookeeper.quorum";

  private EffectiveConfiguration() {}

  static boolean highlyAvailable(Map<String, String> options) {
    String type = options.get(TYPE);
    return ZOO_KEEPER.equalsIgnoreCase(type) || SERVICES.equals(type);
  }

  /**
   * Writes the folder {@code conf/} of a cluster that is about to start.
   *
   * @throws ClusterException when its port is taken
   */
  static Map<String, String> write(ClusterSettings settings, ClusterDirectory directory)
      throws IOException {
    int port = settings.restPort();
    List<Integer> free = Ports.free(4);
    if (port == 0) {
      port = free.get(0);
    } else if (!Ports.isFree(port)) {
      throw new ClusterException(
          "port "
              + port
              + " for the web UI and REST is taken"
              + Ports.owner(port).map(owner -> " by " + owner).orElse("")
              + ".\nChoose another one with --port, or --port 0 for any free one.");
    }
    directory.create();
    for (String file : List.of("log4j2.properties", "log4j2-console.properties")) {
      Files.copy(
          settings.distribution().resolve("conf").resolve(file),
          directory.conf().resolve(file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Map<String, String> options =
        new TreeMap<>(FlinkConfigFile.read(settings.distribution().resolve("conf/config.yaml")));
    options.put("rest.port", Integer.toString(port));
    options.put("web.access-control-allow-origin", "http://localhost:" + port);
    options.put("jobmanager.rpc.port", Integer.toString(free.get(1)));
    options.put("execution.checkpointing.dir", directory.checkpoints().toUri().toString());
    options.put("execution.checkpointing.savepoint-dir", directory.savepoints().toUri().toString());
    options.put("io.tmp.dirs", directory.tmp().toString());
    options.putAll(settings.options());
    options.put(TASK_MANAGERS, Integer.toString(settings.taskManagers()));
    if (highlyAvailable(options)) {
      options.put(TYPE, SERVICES);
      // Each JobManager takes one of its own and tells it by ZooKeeper.
      options.put("jobmanager.rpc.port", "0");
      options.putIfAbsent("high-availability.storageDir", directory.jobs().toUri().toString());
      options.put(STANDBY_PORT, Integer.toString(free.get(2)));
    }
    if (highlyAvailable(options) && !options.containsKey(QUORUM)) {
      options.put(QUORUM, "localhost:" + free.get(3));
      Files.writeString(directory.zooKeeper(), zooKeeper(free.get(3), directory));
    } else {
      Files.deleteIfExists(directory.zooKeeper());
    }
    FlinkConfigFile.write(options, directory.conf().resolve("config.yaml"));
    return options;
  }

  /** One server; its shortest session is two ticks, and Flink asks for sessions of some seconds. */
  private static String zooKeeper(int port, ClusterDirectory directory) {
    return """
        clientPort=%d
        clientPortAddress=localhost
        dataDir=%s
        tickTime=1000
        admin.enableServer=false
        """
        .formatted(port, directory.zooKeeperData());
  }
}
