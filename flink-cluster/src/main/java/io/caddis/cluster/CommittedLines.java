// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The lines that an exactly-once file sink has committed to a folder and those below it. Files and
 * folders whose name begins with a dot or an underscore are not yet, or never will be, output; a
 * committed file does not change any more, so each is read once. Not thread-safe.
 */
public final class CommittedLines {
  private final Path folder;
  private final Set<Path> read = new HashSet<>();

  public CommittedLines(Path folder) {
    this.folder = folder;
  }

  /** All lines committed so far, files in the order of their names. */
  public static List<String> readAll(Path folder) {
    return new CommittedLines(folder).poll();
  }

  /** The lines committed since the last call. A folder that does not exist yet has none. */
  public List<String> poll() {
    List<String> lines = new ArrayList<>();
    poll(lines::add);
    return lines;
  }

  /** Hands over the lines committed since the last call, one at a time. */
  public void poll(Consumer<String> line) {
    List<Path> files = new ArrayList<>();
    try {
      if (Files.isDirectory(folder)) {
        Files.walkFileTree(folder, new Committed(files));
      }
      for (Path file : files.stream().sorted().toList()) {
        if (!read.contains(file)) {
          try (Stream<String> lines = Files.lines(file)) {
            lines.forEach(line);
          }
          read.add(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the output in " + folder, e);
    }
  }

  private final class Committed extends SimpleFileVisitor<Path> {
    private final List<Path> files;

    Committed(List<Path> files) {
      this.files = files;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
      return !dir.equals(folder) && hidden(dir)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (!hidden(file)) {
        files.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      // An in-progress file that was renamed between listing and look.
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }

    private static boolean hidden(Path path) {
      String name = path.getFileName().toString();
      return name.startsWith(".") || name.startsWith("_");
    }
  }
}
