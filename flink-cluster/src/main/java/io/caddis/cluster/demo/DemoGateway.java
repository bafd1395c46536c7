// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import io.caddis.cluster.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The assembled gateway, a process of its own that ends with what started it. */
public final class DemoGateway implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("Listening on (http://\\S+) ");
  private static final Duration START_TIMEOUT = Duration.ofSeconds(120);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

  private final Process process;
  private final String address;

  private DemoGateway(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts it and waits until it serves.
   *
   * @param distribution directory with its libraries and configuration
   * @param home gets its store and its log
   * @param arguments of the command {@code gateway}
   * @return empty when it ended or did not serve in time; its log says why
   */
  public static Optional<DemoGateway> start(Path distribution, Path home, List<String> arguments) {
    Path log = log(home);
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-Dlog4j.configurationFile="
                    + distribution.resolve("conf/log4j2-gateway.properties"),
                "-cp",
                distribution.resolve("lib") + "/*",
                "io.caddis.gateway.Gateway"));
    command.addAll(arguments);
    try {
      for (String suffix : List.of("", "-wal", "-shm")) {
        Files.deleteIfExists(home.resolve("gateway.db" + suffix));
      }
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      Patience.await(START_TIMEOUT, () -> !process.isAlive() || address(log).isPresent());
      Optional<DemoGateway> gateway =
          address(log).map(address -> new DemoGateway(process, address));
      if (gateway.isEmpty()) {
        process.destroy();
      }
      return gateway;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the gateway", e);
    }
  }

  /** Where it logs, one line a request. */
  public static Path log(Path home) {
    return home.resolve("gateway.log");
  }

  private static Optional<String> address(Path log) {
    try {
      Matcher matcher = LISTENING.matcher(Files.readString(log, StandardCharsets.UTF_8));
      return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Where it serves, without a path. */
  public String address() {
    return address;
  }

  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
