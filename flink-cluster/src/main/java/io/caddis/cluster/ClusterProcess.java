// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One JVM of the cluster, known by its pid file: {@code <name>.pid} holds the pid and the {@link
 * ProcessIdentity}, so that a pid that the system has given to someone else is never taken for
 * ours.
 */
public final class ClusterProcess {
  private static final Duration KILL_TIMEOUT = Duration.ofSeconds(30);

  private final String name;
  private final ProcessHandle handle;
  private final Path pidFile;

  private ClusterProcess(String name, ProcessHandle handle, Path pidFile) {
    this.name = name;
    this.handle = handle;
    this.pidFile = pidFile;
  }

  /**
   * Starts a JVM that outlives this one, deaf to Ctrl-C and to the end of the terminal.
   *
   * @throws ClusterException when its pid file cannot be written; it does not run then
   */
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
    ClusterProcess started = new ClusterProcess(name, process.toHandle(), directory.pidFile(name));
    try {
      started.writePidFile();
    } catch (IOException e) {
      // No other command would find it.
      started.endByForce();
      throw new ClusterException(
          "cannot write the pid file of " + started + ", which was stopped again: " + e, e);
    }
    return started;
  }

  /** Nobody sees a part of it: it comes to its place complete. */
  private void writePidFile() throws IOException {
    Optional<ProcessIdentity> identity = ProcessIdentity.of(handle);
    if (identity.isEmpty()) {
      // It has ended already.
      return;
    }
    Path part = pidFile.resolveSibling(pidFile.getFileName() + ".part");
    try {
      Files.writeString(part, handle.pid() + " " + identity.get().text() + "\n");
      Files.move(part, pidFile, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /**
   * The live process of a pid file, empty when it has ended.
   *
   * @throws ClusterException when the file does not tell
   */
  static Optional<ClusterProcess> find(Path pidFile) throws IOException {
    String text = Files.readString(pidFile).strip();
    ProcessIdentity identity;
    long pid;
    try {
      String[] words = text.split(" ", 2);
      pid = Long.parseLong(words[0]);
      identity = new ProcessIdentity(words.length < 2 ? "" : words[1]);
    } catch (IllegalArgumentException e) {
      throw new ClusterException("pid file must hold a pid and an identity, was '" + text + "'", e);
    }
    Optional<ProcessHandle> handle = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    return handle.isPresent() && identity.isOf(handle.get())
        ? Optional.of(
            new ClusterProcess(ClusterDirectory.processName(pidFile), handle.get(), pidFile))
        : Optional.empty();
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
    endByForce();
    deletePidFile();
  }

  private void endByForce() {
    handle.destroyForcibly();
    if (!awaitEnd(KILL_TIMEOUT)) {
      throw new ClusterException(this + " did not end after SIGKILL");
    }
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
