// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.table;

import io.caddis.detectors.parse.SchemaInference;
import io.caddis.detectors.table.TableScorer;
import io.caddis.jobs.TableFormat;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * A file of a table, on any file system of Flink.
 *
 * @param path of the file, a URI
 * @param name relative to the table's directory, or its bare name when it is the whole table
 * @param bytes its length
 * @param only whether it is the whole table
 */
public record TableFile(String path, String name, long bytes, boolean only)
    implements SchemaInference.Input {

  /** A plain file of this machine, which is the whole table. */
  public static TableFile of(java.nio.file.Path file) {
    return new TableFile(
        Path.fromLocalFile(file.toFile()).toString(),
        String.valueOf(file.getFileName()),
        file.toFile().length(),
        true);
  }

  /**
   * The files of a table: itself, or all below a directory but hidden ones (names with '.' or '_'),
   * the longest first, so that the last ones to be read are short.
   *
   * @throws IllegalArgumentException when there are none, or one has a format that is not on the
   *     class path
   */
  public static List<TableFile> below(String root) throws IOException {
    Path path = new Path(root);
    FileSystem files = path.getFileSystem();
    List<TableFile> found = new ArrayList<>();
    try {
      FileStatus status = files.getFileStatus(path);
      if (status.isDir()) {
        collect(files, path, "", found);
      } else {
        found.add(new TableFile(root, path.getName(), status.getLen(), true));
      }
    } catch (FileNotFoundException e) {
      throw new IllegalArgumentException("--input must exist, was " + root, e);
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException("--input must hold at least one file, was " + root);
    }
    for (TableFile file : found) {
      TableFormat.of(file.name());
    }
    found.sort(
        Comparator.comparingLong(TableFile::bytes).reversed().thenComparing(TableFile::name));
    return found;
  }

  private static void collect(
      FileSystem files, Path directory, String prefix, List<TableFile> found) throws IOException {
    for (FileStatus child : files.listStatus(directory)) {
      String name = child.getPath().getName();
      if (name.startsWith(".") || name.startsWith("_")) {
        continue;
      }
      if (child.isDir()) {
        collect(files, child.getPath(), prefix + name + '/', found);
      } else {
        found.add(new TableFile(child.getPath().toString(), prefix + name, child.getLen(), false));
      }
    }
  }

  /** Its text, or its rows as JSON lines when it is none. */
  @Override
  public InputStream open() throws IOException {
    Path file = new Path(path);
    TableFormat format = TableFormat.of(name);
    return format == null ? file.getFileSystem().open(file) : format.lines(file);
  }

  /**
   * Writes the file with its scores, in its format.
   *
   * @param out stays open
   * @param notes receives sentences for a person
   * @param progress called now and then
   * @throws IllegalArgumentException as {@link TableScorer#score}
   */
  public TableScorer.Progress score(
      TableScorer scorer,
      OutputStream out,
      Consumer<String> notes,
      Consumer<TableScorer.Progress> progress)
      throws IOException {
    TableFormat format = TableFormat.of(name);
    if (format != null) {
      return format.score(new Path(path), out, scorer, notes, progress);
    }
    try (InputStream in = open()) {
      return scorer.score(in, name, out, notes, progress);
    }
  }
}
