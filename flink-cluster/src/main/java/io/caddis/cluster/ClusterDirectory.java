// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A cluster's folder.
 *
 * <pre>
 * conf/         config.yaml as this cluster runs it, log4j2
 * log/          one rolling log a process, and .out: what it wrote to its standard streams
 * log.previous/ the same of the run before
 * pid/          one file a process that should be running
 * lock          held by the command that starts or ends processes
 * checkpoints/  savepoints/     kept from one start to the next
 * tmp/          emptied on start
 * </pre>
 *
 * The folders with data are for their owner only: whoever can write a checkpoint can run code.
 */
record ClusterDirectory(Path root) {
  private static final int TAIL_LINES = 25;
  private static final int TAIL_BYTES = 16_384;

  Path conf() {
    return root.resolve("conf");
  }

  Path checkpoints() {
    return root.resolve("checkpoints");
  }

  Path savepoints() {
    return root.resolve("savepoints");
  }

  /** Configuration of this cluster's own ZooKeeper, there when it has one. */
  Path zooKeeper() {
    return conf().resolve("zoo.cfg");
  }

  Path zooKeeperData() {
    return root.resolve("zookeeper");
  }

  /** What a JobManager needs to take over the jobs of another. */
  Path jobs() {
    return root.resolve("ha");
  }

  Path tmp() {
    return root.resolve("tmp");
  }

  Path log(String process) {
    return root.resolve("log").resolve(process + ".log");
  }

  Path out(String process) {
    return root.resolve("log").resolve(process + ".out");
  }

  Path pidFile(String process) {
    return pids().resolve(process + ".pid");
  }

  private Path pids() {
    return root.resolve("pid");
  }

  static String processName(Path pidFile) {
    return pidFile.getFileName().toString().replaceFirst("\\.pid$", "");
  }

  /** Makes the folders; the logs of the last run stay readable for one more. */
  void create() throws IOException {
    deleteTree(tmp());
    Path log = root.resolve("log");
    if (Files.isDirectory(log)) {
      Path previous = root.resolve("log.previous");
      deleteTree(previous);
      Files.move(log, previous);
    }
    var ownerOnly = PosixFilePermissions.fromString("rwx------");
    for (Path folder :
        List.of(conf(), log, pids(), checkpoints(), savepoints(), zooKeeperData(), jobs(), tmp())) {
      Files.createDirectories(folder);
      if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(folder, ownerOnly);
      }
    }
  }

  PidFiles pidFiles() throws IOException {
    return PidFiles.read(pids());
  }

  /** The last lines that a process wrote and logged. */
  String tail(String process) {
    StringBuilder text = new StringBuilder();
    for (Path file : List.of(out(process), log(process))) {
      try {
        if (Files.isRegularFile(file) && Files.size(file) > 0) {
          text.append("\n").append(file).append(":\n").append(tailOf(file));
        }
      } catch (IOException e) {
        text.append("\n").append(file).append(": ").append(e.getMessage());
      }
    }
    return text.isEmpty() ? "\nIt logged nothing to " + log(process) : text.toString();
  }

  private static String tailOf(Path file) throws IOException {
    try (var in = Files.newByteChannel(file)) {
      in.position(Math.max(0, in.size() - TAIL_BYTES));
      var bytes = ByteBuffer.allocate(TAIL_BYTES);
      while (in.read(bytes) > 0) {}
      List<String> lines =
          new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
  }

  static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
