// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the pid files of a cluster say.
 *
 * @param running the processes that are alive, by name
 * @param ended files of processes that are not
 * @param unreadable files that do not tell which process they are of, each with the reason
 */
record PidFiles(List<ClusterProcess> running, List<Path> ended, List<String> unreadable) {

  /** Reads the files of a folder, none when it is not there; changes nothing. */
  static PidFiles read(Path folder) throws IOException {
    List<ClusterProcess> running = new ArrayList<>();
    List<Path> ended = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    for (Path file : files(folder)) {
      try {
        ClusterProcess.find(file).ifPresentOrElse(running::add, () -> ended.add(file));
      } catch (NoSuchFileException e) {
        // The command that ended its process was faster.
      } catch (IOException | ClusterException e) {
        unreadable.add(file + ": " + e.getMessage());
      }
    }
    return new PidFiles(List.copyOf(running), List.copyOf(ended), List.copyOf(unreadable));
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".pid")).sorted().toList();
    }
  }

  /** For the holder of the lock only: another command may just have put a new file in the place. */
  void deleteEnded() throws IOException {
    for (Path file : ended) {
      Files.deleteIfExists(file);
    }
  }

  /** What to do about the unreadable files; empty when there are none. */
  Optional<String> warning() {
    return unreadable.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "cannot tell which process a pid file is of. ps shows those of this cluster by "
                + "-Dlog.file=<directory>/log/<name>.log: end the one of the file's name, if it is "
                + "there, and delete the file:\n"
                + String.join("\n", unreadable));
  }

  /**
   * @param done what the command has done, or has not
   * @throws ClusterException when there are unreadable files
   */
  void requireReadable(String done) {
    warning()
        .ifPresent(
            warning -> {
              throw new ClusterException(done + ": " + warning);
            });
  }
}
