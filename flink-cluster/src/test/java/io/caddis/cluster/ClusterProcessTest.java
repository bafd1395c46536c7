// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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

  @Test
  void processWithoutAPidFileDoesNotStayAlive() throws IOException {
    // Nothing can be moved to where a folder with something in it is.
    Files.createDirectories(directory.pidFile("jobmanager").resolve("full"));

    assertThatThrownBy(() -> start("jobmanager"))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining("cannot write the pid file of jobmanager (pid ")
        .hasMessageContaining("which was stopped again");
    assertThat(sleeping()).isEmpty();
    try (Stream<Path> files = Files.list(folder.resolve("pid"))) {
      assertThat(files).containsExactly(directory.pidFile("jobmanager"));
    }
  }

  @Test
  void unreadablePidFileDoesNotHideTheOtherProcesses() throws IOException {
    ClusterProcess jobManager = start("jobmanager");
    ClusterProcess taskManager = start("taskmanager-1");
    Path empty = Files.createFile(directory.pidFile("jobmanager-2"));
    Path garbage = Files.writeString(directory.pidFile("taskmanager-2"), "12 x\n");
    Path ended = Files.writeString(directory.pidFile("taskmanager-3"), taskManager.pid() + " 1\n");

    PidFiles files = directory.pidFiles();

    assertThat(files.running())
        .extracting(ClusterProcess::pid)
        .containsExactly(jobManager.pid(), taskManager.pid());
    assertThat(files.ended()).containsExactly(ended);
    assertThat(files.warning())
        .hasValueSatisfying(
            warning ->
                assertThat(warning)
                    .contains(empty + ": pid file must hold a pid and an identity, was ''")
                    .contains(garbage + ": pid file must hold a pid and an identity, was '12 x'")
                    .contains("delete the file"));
    assertThat(ended).exists();
  }

  @Test
  void downEndsTheRestAndThenTellsOfAnUnreadablePidFile() throws IOException {
    List<ClusterProcess> running = List.of(start("jobmanager"), start("taskmanager-1"));
    Path empty = Files.createFile(directory.pidFile("taskmanager-2"));
    Path ended = Files.writeString(directory.pidFile("taskmanager-3"), running.get(0).pid() + " 1");

    assertThatThrownBy(() -> StandaloneCluster.stop(folder))
        .isInstanceOf(ClusterException.class)
        .hasMessageStartingWith("stopped 2 processes: ")
        .hasMessageContaining(empty.toString());

    assertThat(running).noneMatch(ClusterProcess::isAlive);
    assertThat(empty).exists();
    assertThat(ended).doesNotExist();
    assertThat(ClusterCli.run(new String[] {"down", "--dir", folder.toString()})).isEqualTo(1);
    Files.delete(empty);
    assertThat(ClusterCli.run(new String[] {"down", "--dir", folder.toString()})).isZero();
  }

  @Test
  void nothingIsStartedBesideAProcessThatMayRun() throws IOException {
    Path empty = Files.createFile(directory.pidFile("jobmanager"));
    Path distribution = folder.resolve("distribution");
    Files.createDirectories(distribution.resolve("lib"));

    assertThatThrownBy(
            () ->
                StandaloneCluster.start(new ClusterSettings(distribution, folder, 0, 1, Map.of())))
        .isInstanceOf(ClusterException.class)
        .hasMessageStartingWith("nothing was started: ")
        .hasMessageContaining(empty.toString());
    assertThatThrownBy(() -> StandaloneCluster.repair(distribution, folder, Duration.ZERO))
        .isInstanceOf(ClusterException.class)
        .hasMessageStartingWith("nothing was started: ")
        .hasMessageContaining(empty.toString());
  }

  private ClusterProcess start(String name) throws IOException {
    ClusterProcess process = ClusterProcess.start(name, List.of("sleep", "601"), directory);
    started.add(process);
    return process;
  }

  private static Stream<ProcessHandle> sleeping() {
    return ProcessHandle.current()
        .children()
        .filter(
            child ->
                child
                    .info()
                    .arguments()
                    .filter(it -> Arrays.asList(it).contains("601"))
                    .isPresent());
  }
}
