// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The committed lines of one folder, whose files are deleted once they have been read. */
final class TakenLines {
  private final Path folder;
  private final CommittedLines lines;

  TakenLines(Path folder) {
    this.folder = folder;
    this.lines = new CommittedLines(folder);
  }

  /** The lines committed since the last call. */
  List<String> take() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try {
      List<Path> there;
      try (Stream<Path> files = Files.list(folder)) {
        there = files.filter(file -> !file.getFileName().toString().startsWith(".")).toList();
      }
      // Those and maybe more, which are deleted after the next look.
      List<String> taken = lines.poll();
      for (Path file : there) {
        Files.delete(file);
      }
      return taken;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot take what is in " + folder, e);
    }
  }
}
