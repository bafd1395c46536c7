// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.parse.RecordReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
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
 * the lowest one within its first 16 KiB, without those over a day before the middle one there. One
 * clock that is not set would else have its file read before its time, and hold all watermarks
 * until then. Names that start with '.' or '_' are not read, except the roots themselves.
 */
final class EventTimeEnumerator implements FileEnumerator {
  private static final int PEEKED_BYTES = 1 << 14;
  private static final int PEEKED_READINGS = 100;
  private static final long FAR_BEHIND = Duration.ofDays(1).toMillis();

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

  /** The lowest event time that counts. A file that tells none comes first: it holds no other. */
  private long peek(Path path) {
    try (FSDataInputStream in = path.getFileSystem().open(path)) {
      byte[] bytes = in.readNBytes(PEEKED_BYTES);
      if (bytes.length == PEEKED_BYTES) {
        bytes = Arrays.copyOf(bytes, wholeLines(bytes));
      }
      RecordReader records = format.records(new ByteArrayInputStream(bytes), path);
      long[] times = new long[PEEKED_READINGS];
      int count = 0;
      for (Parsed next = records.next();
          next != null && count < PEEKED_READINGS;
          next = records.next()) {
        if (next.reading() != null) {
          times[count++] = next.reading().timestamp();
        }
      }
      return count == 0 ? Long.MIN_VALUE : first(Arrays.copyOf(times, count));
    } catch (IOException e) {
      // The reader meets the same failure and reports it.
      return Long.MIN_VALUE;
    }
  }

  private static long first(long[] times) {
    Arrays.sort(times);
    long middle = times[times.length / 2];
    int first = 0;
    while (times[first] < middle - FAR_BEHIND) {
      first++;
    }
    return times[first];
  }

  private static int wholeLines(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    return end;
  }
}
