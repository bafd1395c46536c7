// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The output directory of a run on this machine: what may already be there, and what is removed.
 */
final class OutputDirectory {
  /** Where a continuous run keeps its checkpoints. */
  static final String CHECKPOINTS = ".checkpoints";

  private static final List<String> RESULTS =
      List.of(
          Sinks.SCORES, Sinks.ALERTS, Sinks.DEAD_LETTERS, Sinks.LATE, Sinks.QUALITY, Sinks.MODELS);
  private static final List<String> FOLDERS =
      Stream.concat(
              RESULTS.stream(),
              Stream.of(
                  Sinks.READINGS,
                  Sinks.CHOICES,
                  Sinks.CHALLENGER,
                  Sinks.TIMINGS,
                  Sinks.CONTROL,
                  Sinks.ARCHIVE,
                  CHECKPOINTS))
          .toList();

  private final Path directory;

  OutputDirectory(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
  }

  Path checkpoints() {
    return directory.resolve(CHECKPOINTS);
  }

  /**
   * Makes sure that the results of two runs never mix, and that results are never taken for input.
   *
   * @param input what is read, null when it is not on this machine
   * @param control where commands come from, null when none do or it is not on this machine
   * @param overwrite whether results of an earlier run are removed; other files are never touched
   * @throws IllegalArgumentException with a remedy, if the directory cannot be used
   */
  void prepare(@Nullable Path input, @Nullable Path control, boolean overwrite) throws IOException {
    if (input != null) {
      separate("--input", input.toAbsolutePath().normalize());
    }
    if (control != null) {
      separate("--control", control.toAbsolutePath().normalize());
    }
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new IllegalArgumentException("--output must be a directory, was a file: " + directory);
    }
    for (String name : FOLDERS) {
      Path folder = directory.resolve(name);
      if (Files.exists(folder) && !isEmpty(folder)) {
        if (!overwrite) {
          throw new IllegalArgumentException(
              "--output must not hold results of another run, was "
                  + directory
                  + " with "
                  + name
                  + "/ in it. Choose another directory, or add --overwrite to replace them");
        }
        delete(folder);
      }
    }
    create();
    if (!Files.isWritable(directory)) {
      throw new IllegalArgumentException("--output must be writable, was " + directory);
    }
  }

  private void create() throws IOException {
    try {
      Files.createDirectories(directory);
    } catch (FileSystemException e) {
      // Its message is the path, or begins with it.
      throw new IllegalArgumentException(
          "--output must be where a directory can be made, was %s: %s"
              .formatted(
                  directory,
                  Objects.requireNonNullElse(e.getReason(), e.getClass().getSimpleName())),
          e);
    }
  }

  /** Makes the folders of all results, so that a run without alerts has an empty one. */
  void makeFolders() throws IOException {
    for (String name : RESULTS) {
      Files.createDirectories(directory.resolve(name));
    }
  }

  private void separate(String option, Path input) {
    if (Files.isDirectory(input) && directory.startsWith(input)) {
      throw new IllegalArgumentException(
          "--output must lie outside "
              + option
              + ", was "
              + directory
              + " in "
              + input
              + ": the results would be read as input. Choose a directory beside it");
    }
    for (String name : FOLDERS) {
      if (input.startsWith(directory.resolve(name))) {
        throw new IllegalArgumentException(
            option
                + " must lie outside the results in --output, was "
                + input
                + " in "
                + directory.resolve(name)
                + ". Choose another output directory");
      }
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(folder)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}
