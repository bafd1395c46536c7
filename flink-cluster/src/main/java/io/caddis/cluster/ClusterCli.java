// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The commands of {@code ./caddis} that need a cluster. The launcher passes where things are in
 * system properties: {@code caddis.distribution}, the folder the build assembles, and {@code
 * caddis.var}, where clusters keep their files unless {@code --dir} says otherwise.
 */
@Command(
    name = "./caddis",
    description = "Commands on a Flink cluster on this machine.",
    subcommands = {UpCommand.class, DownCommand.class, StatusCommand.class, DemoCommand.class})
public final class ClusterCli {
  /** What {@code ./caddis flink} replaces by the path of the job jar. */
  private static final String JOB_JAR = "caddis.jar";

  /** Its commands that read tables. Flink must not find the classes of Hadoop in other jobs. */
  private static final List<String> TABLE_COMMANDS = List.of("train", "score", "evaluate");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this text.")
  private boolean help;

  private ClusterCli() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String[] arguments) {
    CommandLine command =
        new CommandLine(new ClusterCli())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(
                (failure, line, parsed) -> {
                  if (failure instanceof ClusterException
                      || failure instanceof IllegalArgumentException) {
                    line.getErr()
                        .println(
                            line.getColorScheme().errorText(String.valueOf(failure.getMessage())));
                    return line.getCommandSpec().exitCodeOnExecutionException();
                  }
                  throw failure;
                });
    // Flink parses its own options, so they must not pass through picocli.
    if (arguments.length > 0 && arguments[0].equals("flink")) {
      try {
        return flink(Arrays.asList(arguments).subList(1, arguments.length));
      } catch (ClusterException e) {
        command
            .getErr()
            .println(command.getColorScheme().errorText(String.valueOf(e.getMessage())));
        return command.getCommandSpec().exitCodeOnExecutionException();
      }
    }
    return command.execute(arguments);
  }

  static Path distribution() {
    return Path.of(property("caddis.distribution"));
  }

  static Path defaultDirectory() {
    return Optional.ofNullable(System.getenv("CADDIS_CLUSTER_DIR"))
        .map(Path::of)
        .orElse(Path.of(property("caddis.var"), "cluster"));
  }

  static Path jobJar() {
    return distribution().resolve("jobs").resolve(JOB_JAR);
  }

  /**
   * The cluster of a directory.
   *
   * @throws ClusterException when none runs there
   */
  static StandaloneCluster running(Path directory) {
    return StandaloneCluster.find(distribution(), directory).orElseThrow(() -> noneRuns(directory));
  }

  static ClusterException noneRuns(Path directory) {
    return new ClusterException(
        "no cluster runs in "
            + directory
            + "; start one with ./caddis up, or name its directory in CADDIS_CLUSTER_DIR");
  }

  private static int flink(List<String> arguments) {
    StandaloneCluster cluster = running(defaultDirectory());
    if (cluster.jobManagers().isEmpty()) {
      throw new ClusterException("no JobManager is alive; ./caddis up --repair starts one");
    }
    return cluster.cli().runInTerminal(withJars(arguments));
  }

  /** Flink's arguments with the job's jar, and for tables Parquet's, where they are. */
  static List<String> withJars(List<String> arguments) {
    List<String> resolved = new ArrayList<>(arguments);
    int jar = arguments.indexOf(JOB_JAR);
    if (jar >= 0) {
      resolved.set(jar, jobJar().toString());
      if (jar + 1 < arguments.size() && TABLE_COMMANDS.contains(arguments.get(jar + 1))) {
        Path parquet = distribution().resolve("parquet").resolve("caddis-parquet.jar");
        resolved.addAll(jar, List.of("-C", parquet.toUri().toString()));
      }
    }
    return resolved;
  }

  private static String property(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new IllegalStateException(
          "system property " + name + " must be set; start this class through ./caddis");
    }
    return value;
  }
}
