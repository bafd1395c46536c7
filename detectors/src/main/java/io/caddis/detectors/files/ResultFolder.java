// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.files;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reader of one folder of results: the committed files only, never those in progress.
 *
 * <p>Committed files do not change, so each is read once, and forgotten when it has been deleted;
 * not thread-safe.
 */
public final class ResultFolder {
  private static final ObjectReader JSON = JsonMapper.shared().readerFor(JsonNode.class);

  private final Path folder;
  private final Set<Path> seen = new HashSet<>();

  public ResultFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * The rows of the files committed since the last call, file by file in the order of their names.
   */
  public List<JsonNode> fresh() throws IOException {
    return fresh("");
  }

  /**
   * As above, but only the rows whose line has a text in it: the others are not parsed, and there
   * may be more of them than fit into memory.
   */
  public List<JsonNode> fresh(String text) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    forEach(text, rows::add);
    return rows;
  }

  /** Takes what {@link #fresh()} has, row by row: there may be more than fit into memory. */
  public void forEach(Consumer<JsonNode> action) throws IOException {
    forEach("", action);
  }

  private void forEach(String text, Consumer<JsonNode> action) throws IOException {
    List<Path> files = committed();
    for (Path file : files) {
      if (seen.add(file)) {
        read(file, 0, text, action);
      }
    }
    // Whoever follows a job for years deletes what is old, and need not remember it.
    if (seen.size() > files.size()) {
      seen.retainAll(Set.copyOf(files));
    }
  }

  /**
   * Takes the rows that were committed last, whether or not they have been taken before.
   *
   * @param bytes how many are looked at; of the file that goes beyond only the last rows
   */
  public void newest(long bytes, Consumer<JsonNode> action) throws IOException {
    record Written(Path file, long size, FileTime at) {}
    List<Written> files = new ArrayList<>();
    for (Path file : committed()) {
      files.add(new Written(file, Files.size(file), Files.getLastModifiedTime(file)));
    }
    files.sort(Comparator.comparing(Written::at).reversed());
    long left = bytes;
    for (Written written : files) {
      if (left <= 0) {
        return;
      }
      read(written.file(), Math.max(0, written.size() - left), "", action);
      left -= written.size();
    }
  }

  /**
   * @param from in bytes; a line that begins before it is left out
   */
  private static void read(Path file, long from, String text, Consumer<JsonNode> action)
      throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(Math.max(0, from - 1));
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      lines
          .lines()
          .skip(from > 0 ? 1 : 0)
          .filter(line -> line.contains(text))
          .forEach(line -> action.accept(JSON.readValue(line)));
    } catch (UncheckedIOException e) {
      throw new IOException("cannot read " + file, e.getCause());
    }
  }

  /** The committed files, sorted by name; none while the folder does not exist. */
  public List<Path> committed() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(ResultFolder::isCommitted).sorted().toList();
    }
  }

  private static boolean isCommitted(Path file) {
    String name = file.getFileName().toString();
    return !name.startsWith(".")
        && !name.startsWith("_")
        && !name.contains(".inprogress")
        && Files.isRegularFile(file);
  }
}
