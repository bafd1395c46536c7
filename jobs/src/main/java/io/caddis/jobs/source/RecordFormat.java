// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.parse.RecordReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.MutableRecordAndPosition;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Plain-text files, CSV or JSON lines, to outcomes. A file is one split, read to its end. A
 * position is the byte offset after a line and the number of lines before it, so that a restored
 * reader seeks instead of reading again; only a CSV header is read twice.
 *
 * <p>A file that is gone or may not be read becomes one rejection. Other failures of the file
 * system are not the data's fault: they fail the task, whose restart tries again.
 */
final class RecordFormat implements BulkFormat<Parsed, FileSourceSplit> {
  private static final int BATCH = 512;

  private final String[] roots;
  private final RecordLayout layout;
  private final Limits limits;

  /**
   * @param roots qualified paths of directories or files; sources are named relative to them
   */
  RecordFormat(Path[] roots, RecordLayout layout, Limits limits) {
    this.roots = new String[roots.length];
    for (int i = 0; i < roots.length; i++) {
      this.roots[i] = roots[i].getPath();
    }
    this.layout = layout;
    this.limits = limits;
  }

  boolean isRoot(Path path) {
    for (String root : roots) {
      if (root.equals(path.getPath())) {
        return true;
      }
    }
    return false;
  }

  /** The name of a file as a source: relative to its root, or its bare name when it is the root. */
  String sourceName(Path path) {
    String name = path.getPath();
    for (String root : roots) {
      String folder = root.endsWith("/") ? root : root + "/";
      if (name.startsWith(folder)) {
        return name.substring(folder.length());
      }
    }
    return path.getName();
  }

  RecordReader records(InputStream in, Path path) {
    return RecordReader.ofFile(in, sourceName(path), layout, limits);
  }

  @Override
  public Reader<Parsed> createReader(Configuration config, FileSourceSplit split)
      throws IOException {
    return open(split, null);
  }

  @Override
  public Reader<Parsed> restoreReader(Configuration config, FileSourceSplit split)
      throws IOException {
    return open(split, split.getReaderPosition().orElse(null));
  }

  private Reader<Parsed> open(FileSourceSplit split, @Nullable CheckpointedPosition position)
      throws IOException {
    Path path = split.path();
    FSDataInputStream in;
    try {
      in = path.getFileSystem().open(path);
    } catch (FileNotFoundException | AccessDeniedException e) {
      if (String.valueOf(e.getMessage()).contains("Too many open files")) {
        // Java tells this as a missing file too, but it passes: a restart tries again.
        throw e;
      }
      // A position at the very start says that this outcome itself was given before.
      return new Unreadable(unreadable(path, e), position != null && position.getOffset() == 0);
    }
    try {
      RecordReader records = records(in, path);
      if (position != null) {
        records.readHeader();
        in.seek(position.getOffset());
        records.continueAt(position.getOffset(), position.getRecordsAfterOffset());
      }
      return new FileReader(in, records);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private Parsed unreadable(Path path, IOException cause) {
    return Parsed.rejected(
        new Rejection(
            RejectionReason.UNREADABLE_SOURCE,
            "a file must be readable, was not: " + cause.getMessage(),
            sourceName(path),
            0,
            0,
            0,
            new byte[0],
            null,
            false));
  }

  @Override
  public boolean isSplittable() {
    return false;
  }

  @Override
  public TypeInformation<Parsed> getProducedType() {
    return TypeInformation.of(Parsed.class);
  }

  private static final class FileReader implements Reader<Parsed> {
    private final FSDataInputStream in;
    private final RecordReader records;

    FileReader(FSDataInputStream in, RecordReader records) {
      this.in = in;
      this.records = records;
    }

    @Override
    public @Nullable RecordIterator<Parsed> readBatch() throws IOException {
      Batch batch = new Batch();
      while (batch.size < BATCH) {
        Parsed next = records.next();
        if (next == null) {
          break;
        }
        batch.add(next, records.nextPosition(), records.linesRead());
      }
      return batch.size == 0 ? null : batch;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** The one outcome of a file that cannot be opened, unless a reader before it gave one. */
  private static final class Unreadable implements Reader<Parsed> {
    private final Parsed outcome;
    private boolean given;

    Unreadable(Parsed outcome, boolean given) {
      this.outcome = outcome;
      this.given = given;
    }

    @Override
    public @Nullable RecordIterator<Parsed> readBatch() {
      if (given) {
        return null;
      }
      given = true;
      Batch batch = new Batch();
      batch.add(outcome, 0, 0);
      return batch;
    }

    @Override
    public void close() {}
  }

  private static final class Batch implements RecordIterator<Parsed> {
    private final Parsed[] outcomes = new Parsed[BATCH];
    private final long[] positions = new long[BATCH];
    private final long[] lines = new long[BATCH];
    private final MutableRecordAndPosition<Parsed> current = new MutableRecordAndPosition<>();
    private int size;
    private int next;

    void add(Parsed outcome, long nextPosition, long linesRead) {
      outcomes[size] = outcome;
      positions[size] = nextPosition;
      lines[size++] = linesRead;
    }

    @Override
    public @Nullable RecordAndPosition<Parsed> next() {
      if (next == size) {
        return null;
      }
      current.set(outcomes[next], positions[next], lines[next]);
      next++;
      return current;
    }

    @Override
    public void releaseBatch() {}
  }
}
