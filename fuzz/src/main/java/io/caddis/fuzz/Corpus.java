// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Inputs that are kept in the source tree: {@code corpus/TARGET.zip}, which reach what code there
 * is to reach, and {@code crashes/TARGET/}, each of which was a finding once.
 *
 * @param home folder of this module
 */
record Corpus(Path home) {
  /** All that is kept of a target, by name: its seeds, its corpus and what it once crashed at. */
  TreeMap<String, byte[]> inputs(String target) throws IOException {
    TreeMap<String, byte[]> inputs = new TreeMap<>();
    List<byte[]> seeds = Targets.create(target).seeds();
    for (int i = 0; i < seeds.size(); i++) {
      inputs.put("seed-" + i, seeds.get(i));
    }
    if (Files.exists(zip(target))) {
      try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(zip(target)))) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          inputs.put(entry.getName(), zip.readAllBytes());
        }
      }
    }
    for (Path crash : files(home.resolve("crashes").resolve(target))) {
      inputs.put("crashes/" + crash.getFileName(), Files.readAllBytes(crash));
    }
    return inputs;
  }

  /** Keeps the files of a folder as the corpus of a target, in place of those before. */
  void keep(String target, Path folder) throws IOException {
    Files.createDirectories(zip(target).getParent());
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(zip(target)))) {
      for (Path file : files(folder)) {
        ZipEntry entry = new ZipEntry(String.valueOf(file.getFileName()));
        // The same inputs give the same bytes.
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(Files.readAllBytes(file));
      }
    }
  }

  private Path zip(String target) {
    return home.resolve("corpus").resolve(target + ".zip");
  }

  /** The files in a folder by name; none when there is no such folder. */
  static List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
