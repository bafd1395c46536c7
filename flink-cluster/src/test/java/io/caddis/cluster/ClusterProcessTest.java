// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Processes and their pid files, with some that only sleep in the place of Flink's. */
class ClusterProcessTest {
  private final List<ClusterProcess> started = new ArrayList<>();

  @TempDir private Path folder;

  private ClusterDirectory directory;

  @BeforeEach
  void create() throws IOException {
    directory = new ClusterDirectory(folder);
    directory.create();
  }

  @AfterEach
  void end() {
    started.stream().filter(ClusterProcess::isAlive).forEach(ClusterProcess::kill);
  }

  @Test
  void processIsFoundByItsPidFileUntilItEnds() throws IOException {
    ClusterProcess process = start("jobmanager");
    Path file = directory.pidFile("jobmanager");
    String text = Files.readString(file);

    assertThat(ClusterProcess.find(file))
        .hasValueSatisfying(
            found -> {
              assertThat(found.name()).isEqualTo("jobmanager");
              assertThat(found.pid()).isEqualTo(process.pid());
            });
    process.kill();
    assertThat(file).doesNotExist();
    Files.writeString(file, text);
    assertThat(ClusterProcess.find(file)).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void pidFileHoldsNothingThatMovesWhenTheClockIsSet() throws IOException {
    ClusterProcess process = start("jobmanager");

    String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    // proc(5) counts from 1: the start is the 22nd.
    String tick = stat.split(" ")[21];
    assertThat(directory.pidFile("jobmanager")).hasContent(process.pid() + " " + boot + ":" + tick);
  }

  @Test
  void anotherProcessWithThePidIsNotOurs() throws IOException {
    ClusterProcess process = start("jobmanager");
    Path file = directory.pidFile("jobmanager");

    Files.writeString(file, process.pid() + " 00000000-fe98-4bb5-a893-9b522273f841:7\n");
    assertThat(ClusterProcess.find(file)).isEmpty();
    Files.writeString(file, process.pid() + " 1000\n");
    assertThat(ClusterProcess.find(file)).isEmpty();
  }

  @Test
  void pidFileWithAStartTimeIsUnderstood() throws IOException {
    ClusterProcess process = start("jobmanager");
    Path file = directory.pidFile("jobmanager");
    Instant start =
        ProcessHandle.of(process.pid()).orElseThrow().info().startInstant().orElseThrow();

    Files.writeString(file, process.pid() + " " + start.toEpochMilli() + "\n");

    assertThat(ClusterProcess.find(file)).isPresent();
  }

  private ClusterProcess start(String name) throws IOException {
    ClusterProcess process = ClusterProcess.start(name, List.of("sleep", "601"), directory);
    started.add(process);
    return process;
  }
}
