// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Clusters for tests: the assembled distribution, free ports, small processes. */
final class TestCluster {
  private static final String QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

  private TestCluster() {}

  static Path distribution() {
    return Path.of(System.getProperty("caddis.distribution", "target/caddis"));
  }

  static StandaloneCluster start(Path directory, int taskManagers, Map<String, String> options) {
    return StandaloneCluster.start(settings(directory, 0, taskManagers, options));
  }

  /**
   * One that gives nobody up who is silent for less than two minutes: for tests in which no job may
   * restart, however long the machine is busy with something else.
   */
  static StandaloneCluster unhurried(
      Path directory, int taskManagers, Map<String, String> options) {
    Map<String, String> all = new HashMap<>(options);
    all.put("heartbeat.timeout", "2 min");
    all.put("pekko.ask.timeout", "2 min");
    return start(directory, taskManagers, all);
  }

  static ClusterSettings settings(
      Path directory, int port, int taskManagers, Map<String, String> options) {
    Map<String, String> all = new HashMap<>();
    all.put("web.refresh-interval", "200 ms");
    all.put("taskmanager.memory.process.size", "1g");
    all.put("taskmanager.memory.network.max", "64m");
    // Processes that live for seconds start in half the processor time.
    all.put("env.java.opts.jobmanager", QUICK);
    all.put("env.java.opts.taskmanager", QUICK);
    all.put("env.java.opts.client", QUICK);
    // Stopping a job with a savepoint takes as long as it takes.
    all.put("client.timeout", "10 min");
    // Any port: the range of conf/config.yaml may be in use by a cluster beside this test.
    all.put("metrics.reporter.prom.port", "0");
    all.putAll(options);
    return new ClusterSettings(distribution(), directory, port, taskManagers, all);
  }
}
