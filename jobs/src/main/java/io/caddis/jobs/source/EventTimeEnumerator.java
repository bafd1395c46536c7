// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.parse.RecordReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.enumerate.FileEnumerator;
import org.apache.flink.connector.file.src.enumerate.NonSplittingRecursiveEnumerator;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

/**
 * Finds the files under the roots, one split each, and peeks at each file once for its event time:
 * the lowest one within its first 16 KiB. Names that start with '.' or '_' are not read, except the
 * roots themselves.
 */
final class EventTimeEnumerator implements FileEnumerator {
  private static final int PEEKED_BYTES = 1 << 14;
  private static final int PEEKED_READINGS = 100;

  private final RecordFormat format;
  private final NonSplittingRecursiveEnumerator files;
  private Map<Path, Long> peeked = Map.of();

  EventTimeEnumerator(RecordFormat format) {
    this.format = format;
    this.files = new NonSplittingRecursiveEnumerator(this::isRead);
  }

  private boolean isRead(Path path) {
    String name = path.getName();
    return !(name.startsWith(".") || name.startsWith("_")) || format.isRoot(path);
  }

  @Override
  public Collection<FileSourceSplit> enumerateSplits(Path[] paths, int minDesiredSplits)
      throws IOException {
    List<FileSourceSplit> splits = new ArrayList<>();
    Map<Path, Long> firsts = new HashMap<>();
    for (FileSourceSplit split : files.enumerateSplits(paths, minDesiredSplits)) {
      // A monitored directory is listed again and again: only new files are peeked at.
      Long known = peeked.get(split.path());
      long first = known == null ? peek(split.path()) : known;
      firsts.put(split.path(), first);
      splits.add(SplitTimes.waiting(split, first));
    }
    peeked = firsts;
    return splits;
  }

  /** The lowest event time seen. A file that tells none comes first, so that it holds no other. */
  private long peek(Path path) {
    try (FSDataInputStream in = path.getFileSystem().open(path)) {
      byte[] bytes = in.readNBytes(PEEKED_BYTES);
      if (bytes.length == PEEKED_BYTES) {
        bytes = Arrays.copyOf(bytes, wholeLines(bytes));
      }
      RecordReader records = format.records(new ByteArrayInputStream(bytes), path);
      long first = Long.MAX_VALUE;
      int count = 0;
      for (Parsed next = records.next();
          next != null && count < PEEKED_READINGS;
          next = records.next()) {
        if (next.reading() != null) {
          first = Math.min(first, next.reading().timestamp());
          count++;
        }
      }
      return count == 0 ? Long.MIN_VALUE : first;
    } catch (IOException e) {
      // The reader meets the same failure and reports it.
      return Long.MIN_VALUE;
    }
  }

  private static int wholeLines(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    return end;
  }
}
