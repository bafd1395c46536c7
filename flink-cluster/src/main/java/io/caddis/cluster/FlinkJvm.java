// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Command lines for the JVMs of a cluster, put together as Flink's own shell scripts do it. */
final class FlinkJvm {
  private static final String JOB_MANAGER =
      "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
  private static final String TASK_MANAGER =
      "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
  private static final String ZOO_KEEPER =
      "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer";
  private static final String RESOURCES = "org.apache.flink.runtime.util.bash.BashJavaUtils";
  private static final String CLI = "org.apache.flink.client.cli.CliFrontend";
  private static final String RESULT_PREFIX = "BASH_JAVA_UTILS_EXEC_RESULT:";

  private final Path distribution;
  private final ClusterDirectory directory;
  private final Map<String, String> options;

  FlinkJvm(Path distribution, ClusterDirectory directory, Map<String, String> options) {
    this.distribution = distribution;
    this.directory = directory;
    this.options = options;
  }

  /**
   * @param port of its web UI and REST
   */
  List<String> jobManager(String name, int port) throws IOException {
    List<String> command =
        process(name, JOB_MANAGER, "env.java.opts.jobmanager", resources("GET_JM_RESOURCE_PARAMS"));
    command.addAll(
        List.of(
            "-D",
            "rest.port=" + port,
            "-D",
            "web.access-control-allow-origin=http://localhost:" + port));
    return command;
  }

  /** A ZooKeeper of one server, as Flink brings it along. */
  List<String> zooKeeper(String name) {
    List<String> command = new ArrayList<>(List.of(java(), "-Xmx128m", "-XX:+UseSerialGC"));
    command.addAll(main(name, ZOO_KEEPER));
    command.addAll(List.of("--zkConfigFile", directory.zooKeeper().toString(), "--peerId", "1"));
    return command;
  }

  List<String> taskManager(String name, Resources resources) throws IOException {
    List<String> command = process(name, TASK_MANAGER, "env.java.opts.taskmanager", resources);
    command.addAll(List.of("-D", "taskmanager.resource-id=" + name));
    return command;
  }

  /** The same for every TaskManager, and a second's work: ask once. */
  Resources taskManagerResources() throws IOException {
    return resources("GET_TM_RESOURCE_PARAMS");
  }

  /** Flink's command line; it finds the cluster by the environment variable FLINK_CONF_DIR. */
  List<String> cli(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(words(options.get("env.java.opts.all")));
    command.addAll(words(options.get("env.java.opts.client")));
    command.add(
        "-Dlog4j.configurationFile="
            + directory.conf().resolve("log4j2-console.properties").toUri());
    command.addAll(List.of("-cp", classPath(), CLI));
    command.addAll(arguments);
    return command;
  }

  /** JVM flags and Flink options that follow from the configured memory. */
  record Resources(List<String> jvmFlags, List<String> flinkOptions) {}

  private List<String> process(String name, String main, String ownOptions, Resources resources) {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(resources.jvmFlags());
    command.addAll(words(options.get("env.java.opts.all")));
    command.addAll(words(options.get(ownOptions)));
    command.addAll(main(name, main));
    command.addAll(List.of("--configDir", directory.conf().toString()));
    command.addAll(resources.flinkOptions());
    return command;
  }

  private List<String> main(String name, String main) {
    return List.of(
        "-Dlog.file=" + directory.log(name),
        "-Dlog4j.configurationFile=" + directory.conf().resolve("log4j2.properties").toUri(),
        "-cp",
        classPath(),
        main);
  }

  private Resources resources(String question) throws IOException {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPath(), RESOURCES, question));
    command.addAll(List.of("--configDir", directory.conf().toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    List<String> answers =
        output
            .lines()
            .filter(line -> line.startsWith(RESULT_PREFIX))
            .map(line -> line.substring(RESULT_PREFIX.length()))
            .toList();
    if (answers.size() != 2) {
      throw new ClusterException(
          "Flink finds no memory layout for the options in "
              + directory.conf().resolve("config.yaml")
              + ":\n"
              + cause(output));
    }
    return new Resources(words(answers.get(0)), words(answers.get(1)));
  }

  /** The message of the innermost exception, or all of it when there is none. */
  private static String cause(String output) {
    return output
        .lines()
        .filter(line -> line.startsWith("Caused by: "))
        .reduce((outer, inner) -> inner)
        .map(line -> line.replaceFirst("^Caused by: [\\w.$]+: ", ""))
        .orElse(output.strip());
  }

  /** Flink's jars, and the cluster's own for its metrics reporter. */
  private String classPath() {
    try (Stream<Path> jars = Files.list(distribution.resolve("lib"))) {
      List<String> path = new ArrayList<>(jars.map(Path::toString).sorted().toList());
      path.add(distribution.resolve("cluster").resolve("caddis-cluster.jar").toString());
      return String.join(System.getProperty("path.separator"), path);
    } catch (IOException e) {
      throw new ClusterException("cannot list " + distribution.resolve("lib"), e);
    }
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static List<String> words(@Nullable String text) {
    return text == null || text.isBlank() ? List.of() : Arrays.asList(text.trim().split("\\s+"));
  }
}
