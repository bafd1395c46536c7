// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What cluster to start.
 *
 * @param distribution folder with {@code lib/}, {@code conf/} and {@code cluster/}, as the build
 *     assembles it
 * @param directory where the cluster keeps configuration, logs, pid files, checkpoints and
 *     savepoints
 * @param restPort of the web UI and REST, 0 for a free one
 * @param taskManagers processes, 1 or more
 * @param options Flink options that override {@code conf/config.yaml}
 */
public record ClusterSettings(
    Path distribution,
    Path directory,
    int restPort,
    int taskManagers,
    Map<String, String> options) {

  public ClusterSettings {
    if (!Files.isDirectory(distribution.resolve("lib"))) {
      throw new IllegalArgumentException(
          "distribution must be a folder with lib/, was "
              + distribution
              + "; ./mvnw package assembles it");
    }
    if (restPort < 0 || restPort > 65535) {
      throw new IllegalArgumentException("port must be in 0..65535, was " + restPort);
    }
    if (taskManagers < 1) {
      throw new IllegalArgumentException("taskmanagers must be at least 1, was " + taskManagers);
    }
    directory = directory.toAbsolutePath().normalize();
    distribution = distribution.toAbsolutePath().normalize();
    options = Map.copyOf(options);
  }
}
