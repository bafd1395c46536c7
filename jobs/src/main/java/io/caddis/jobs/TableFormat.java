// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.table.TableScorer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * A format of plain files that is no text. Implementations are found on the class path, where the
 * job's own jar has none.
 */
public interface TableFormat {
  /** What the names of its files end in, lower case, such as {@code .parquet}. */
  String extension();

  /** The rows of a file as JSON lines, without columns that JSON lines have no use for. */
  InputStream lines(Path file) throws IOException;

  /**
   * Writes a file with all rows and columns of another, of the same types, and the four of {@link
   * TableScorer#names()}.
   *
   * @param output of the file; stays open
   * @param notes receives sentences for a person
   * @param progress called now and then
   * @throws IllegalArgumentException as {@link TableScorer#score}
   */
  TableScorer.Progress score(
      Path input,
      OutputStream output,
      TableScorer scorer,
      Consumer<String> notes,
      Consumer<TableScorer.Progress> progress)
      throws IOException;

  /**
   * The format of a file by its name, null when it is text.
   *
   * @throws IllegalArgumentException when the format is known and not on the class path
   */
  static @Nullable TableFormat of(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (TableFormat format : ServiceLoader.load(TableFormat.class)) {
      if (lower.endsWith(format.extension())) {
        return format;
      }
    }
    if (lower.endsWith(".parquet")) {
      throw new IllegalArgumentException(
          "--input must be CSV or JSON lines where Parquet is not on the class path, was "
              + name
              + ": put caddis-parquet.jar there, on a cluster by flink run -C URL");
    }
    return null;
  }
}
