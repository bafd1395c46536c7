// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What tells a process from any other that gets its pid.
 *
 * <p>On Linux {@code <boot>:<tick>}: the id of the boot and the clock tick after it in which the
 * process began. Elsewhere, or without {@code /proc}, the start time in milliseconds. A start time
 * is no good on Linux, where it is derived from the clock: setting that moves it for all processes.
 */
record ProcessIdentity(String text) {
  private static final Path PROC = Path.of("/proc");
  private static final Pattern BOOT_AND_TICK = Pattern.compile("[0-9a-f-]+:\\d{1,18}");
  private static final Pattern START_TIME = Pattern.compile("\\d{1,18}");

  /** How far apart two readings of one process's start time may lie. */
  private static final Duration START_TIME_TOLERANCE = Duration.ofSeconds(2);

  /** Of the fields in {@code /proc/<pid>/stat} that follow the name, from 0. */
  private static final int START_TICK = 19;

  ProcessIdentity {
    if (!BOOT_AND_TICK.matcher(text).matches() && !START_TIME.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "process identity must be <boot>:<tick> or a start time, was '" + text + "'");
    }
  }

  /** Of a process of this machine; empty when it has ended. */
  static Optional<ProcessIdentity> of(ProcessHandle process) throws IOException {
    return of(process, PROC);
  }

  static Optional<ProcessIdentity> of(ProcessHandle process, Path proc) throws IOException {
    Path boot = proc.resolve("sys/kernel/random/boot_id");
    if (!Files.isReadable(boot)) {
      return process
          .info()
          .startInstant()
          .map(start -> new ProcessIdentity(Long.toString(start.toEpochMilli())));
    }
    String stat;
    try {
      // A process may have any bytes for a name.
      stat =
          Files.readString(
              proc.resolve(Long.toString(process.pid())).resolve("stat"),
              StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      if (process.isAlive()) {
        throw new IOException("process " + process.pid() + " is alive and does not show: " + e, e);
      }
      return Optional.empty();
    }
    // The name is in parentheses and may hold spaces and parentheses itself.
    String tick = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ")[START_TICK];
    return Optional.of(new ProcessIdentity(Files.readString(boot).strip() + ":" + tick));
  }

  /** Whether this is the identity of a process. */
  boolean isOf(ProcessHandle process) throws IOException {
    return isOf(process, PROC);
  }

  boolean isOf(ProcessHandle process, Path proc) throws IOException {
    if (BOOT_AND_TICK.matcher(text).matches()) {
      Optional<ProcessIdentity> other = of(process, proc);
      if (other.isPresent() && START_TIME.matcher(other.get().text).matches()) {
        throw new IOException(proc + " must show the boot and process " + process.pid());
      }
      return other.filter(this::equals).isPresent();
    }
    Instant start = Instant.ofEpochMilli(Long.parseLong(text));
    return process
        .info()
        .startInstant()
        .map(other -> Duration.between(start, other).abs())
        .filter(apart -> apart.compareTo(START_TIME_TOLERANCE) <= 0)
        .isPresent();
  }
}
