// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Flink's own command line ({@code run}, {@code list}, {@code savepoint}, …) in a JVM of its own.
 */
public final class FlinkCli {
  private final FlinkJvm jvm;
  private final ClusterDirectory directory;

  FlinkCli(FlinkJvm jvm, ClusterDirectory directory) {
    this.jvm = jvm;
    this.directory = directory;
  }

  /** What a command wrote to both its streams, and its exit code. */
  public record Result(int exitCode, String output) {}

  /** Runs a command and keeps what it writes. */
  public Result run(List<String> arguments) {
    try {
      Process process = builder(arguments).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(waitFor(process), output);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run flink " + arguments, e);
    }
  }

  /** Runs a command on the terminal of this process. Returns its exit code. */
  public int runInTerminal(List<String> arguments) {
    try {
      return waitFor(builder(arguments).inheritIO().start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run flink " + arguments, e);
    }
  }

  private ProcessBuilder builder(List<String> arguments) {
    ProcessBuilder builder = new ProcessBuilder(jvm.cli(arguments));
    builder.environment().put("FLINK_CONF_DIR", directory.conf().toString());
    return builder;
  }

  private static int waitFor(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      return 130;
    }
  }
}
