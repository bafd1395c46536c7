// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One JVM of the cluster, known by its pid file: {@code <name>.pid} holds the pid and the start
 * time, so that a pid that the system has given to someone else is never taken for ours.
 */
public final class ClusterProcess {
  /**
   * How far apart two readings of one process's start time may lie: it is derived from the clock.
   */
  private static final Duration START_TIME_TOLERANCE = Duration.ofSeconds(2);

  private final String name;
  private final ProcessHandle handle;
  private final Path pidFile;

  private ClusterProcess(String name, ProcessHandle handle, Path pidFile) {
    this.name = name;
    this.handle = handle;
    this.pidFile = pidFile;
  }

  /** Starts a JVM that outlives this one, deaf to Ctrl-C and to the end of the terminal. */
  static ClusterProcess start(String name, List<String> command, ClusterDirectory directory)
      throws IOException {
    // The shell ignores both signals and then becomes the JVM, which keeps ignoring them.
    List<String> line =
        new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh"));
    line.addAll(command);
    Process process =
        new ProcessBuilder(line)
            .directory(directory.root().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(directory.out(name).toFile())
            .start();
    ProcessHandle handle = process.toHandle();
    long startMillis = handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    Path pidFile = directory.pidFile(name);
    Files.writeString(pidFile, handle.pid() + " " + startMillis + "\n");
    return new ClusterProcess(name, handle, pidFile);
  }

  /** The live process of a pid file, empty when it has ended. */
  static Optional<ClusterProcess> find(Path pidFile) throws IOException {
    String[] words = Files.readString(pidFile).trim().split(" ");
    String name = ClusterDirectory.processName(pidFile);
    try {
      long pid = Long.parseLong(words[0]);
      Instant start = Instant.ofEpochMilli(Long.parseLong(words[1]));
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .filter(
              handle ->
                  handle
                      .info()
                      .startInstant()
                      .map(other -> Duration.between(start, other).abs())
                      .filter(apart -> apart.compareTo(START_TIME_TOLERANCE) <= 0)
                      .isPresent())
          .map(handle -> new ClusterProcess(name, handle, pidFile));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new ClusterException(
          "pid file must hold a pid and a start time, was '"
              + String.join(" ", words)
              + "' in "
              + pidFile,
          e);
    }
  }

  public String name() {
    return name;
  }

  public long pid() {
    return handle.pid();
  }

  public boolean isAlive() {
    return handle.isAlive();
  }

  /** {@code kill -9}, as a crash: no shutdown hook runs. Returns when the process is gone. */
  public void kill() {
    handle.destroyForcibly();
    if (!awaitEnd(Duration.ofSeconds(30))) {
      throw new ClusterException(name + " (pid " + pid() + ") did not end after SIGKILL");
    }
    deletePidFile();
  }

  /** Asks the process to end. */
  void terminate() {
    handle.destroy();
  }

  /** Waits for the end that {@link #terminate} asked for, and enforces it after the grace. */
  void awaitEndOrKill(Duration grace) {
    if (awaitEnd(grace)) {
      deletePidFile();
    } else {
      kill();
    }
  }

  private boolean awaitEnd(Duration timeout) {
    try {
      handle.onExit().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return !handle.isAlive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !handle.isAlive();
    } catch (ExecutionException e) {
      throw new ClusterException("cannot wait for " + name + " (pid " + pid() + ")", e);
    }
  }

  private void deletePidFile() {
    try {
      Files.deleteIfExists(pidFile);
    } catch (IOException e) {
      throw new ClusterException("cannot delete " + pidFile + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return name + " (pid " + pid() + ")";
  }
}
