// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.files.Publish;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code publish}: copies files into a directory that {@code detect --continuous} watches. */
@Command(
    name = "publish",
    mixinStandardHelpOptions = true,
    description = "Copies files into a watched directory, each whole or not at all.",
    footer = {
      "",
      "A file that is written in place is read while it grows, and its last line cut.",
      "Nothing is copied unless all files can be: their names must be new to DIR.",
      "Exit status: 0 done, 1 a copy failed, 2 wrong usage."
    })
final class PublishCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Parameters(
      arity = "2..*",
      paramLabel = "FILE... DIR",
      hideParamSyntax = true,
      description = "Files to copy, and the directory they go into.")
  @SuppressWarnings("NullAway.Init")
  private List<Path> paths;

  @Override
  public Integer call() throws IOException {
    Path directory = paths.get(paths.size() - 1);
    List<Path> files = paths.subList(0, paths.size() - 1);
    check(files, directory);
    long bytes = 0;
    for (Path file : files) {
      try (InputStream content = Files.newInputStream(file)) {
        bytes += Publish.file(content, target(file, directory));
      }
    }
    command
        .commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%,d %s published, %,d bytes%n",
            files.size(),
            files.size() == 1 ? "file" : "files",
            bytes);
    return 0;
  }

  private void check(List<Path> files, Path directory) {
    if (!Files.isDirectory(directory)) {
      throw wrong("DIR must be an existing directory, was " + directory);
    }
    Set<Path> targets = new HashSet<>();
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw wrong("FILE must be an existing file, was " + file);
      }
      Path target = target(file, directory);
      String name = target.getFileName().toString();
      if (name.startsWith(".") || name.startsWith("_")) {
        throw wrong("FILE must have a name that does not start with '.' or '_', was " + file);
      }
      if (Files.exists(target)) {
        throw wrong("FILE must have a name that is new to DIR, was " + file + ": rename it");
      }
      if (!targets.add(target)) {
        throw wrong("FILE must have a name that no other has, was " + file + ": rename it");
      }
    }
  }

  private static Path target(Path file, Path directory) {
    return directory.resolve(file.getFileName());
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
