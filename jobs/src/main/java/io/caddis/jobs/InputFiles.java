// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.parse.SchemaInference;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** The files below a path that a file source would read, for a look at their first lines. */
final class InputFiles {
  private record InputFile(Path path) implements SchemaInference.Input {
    @Override
    public String name() {
      return path.getPath();
    }

    @Override
    public InputStream open() throws IOException {
      return path.getFileSystem().open(path);
    }
  }

  private InputFiles() {}

  /** All files below the root, or the root itself; hidden ones (names with '.' or '_') are not. */
  static List<SchemaInference.Input> below(String root) throws IOException {
    Path path = new Path(root);
    FileSystem files = path.getFileSystem();
    List<SchemaInference.Input> found = new ArrayList<>();
    collect(files, files.getFileStatus(path), found);
    return found;
  }

  private static void collect(
      FileSystem files, FileStatus status, List<SchemaInference.Input> found) throws IOException {
    if (!status.isDir()) {
      found.add(new InputFile(status.getPath()));
      return;
    }
    for (FileStatus child : files.listStatus(status.getPath())) {
      String name = child.getPath().getName();
      if (!name.startsWith(".") && !name.startsWith("_")) {
        collect(files, child, found);
      }
    }
  }
}
