// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import org.apache.flink.connector.file.src.FileSourceSplit;

/**
 * What the id of a file's split says about time, as {@code first@ceiling@path}: its lowest event
 * time as far as was peeked, and the lowest one of the files that waited when it was handed out.
 * Epoch milliseconds both. A format: it is part of checkpoints.
 */
final class SplitTimes {
  private SplitTimes() {}

  /** The split of a file that waits, with an id that is the same in every run. */
  static FileSourceSplit waiting(FileSourceSplit split, long first) {
    return withTimes(split, first, Long.MAX_VALUE);
  }

  static FileSourceSplit withCeiling(FileSourceSplit split, long ceiling) {
    return withTimes(split, first(split), ceiling);
  }

  static long first(FileSourceSplit split) {
    return Long.parseLong(split.splitId().split("@", 3)[0]);
  }

  static long ceiling(FileSourceSplit split) {
    return Long.parseLong(split.splitId().split("@", 3)[1]);
  }

  private static FileSourceSplit withTimes(FileSourceSplit split, long first, long ceiling) {
    return new FileSourceSplit(
        first + "@" + ceiling + "@" + split.path(),
        split.path(),
        split.offset(),
        split.length(),
        split.fileModificationTime(),
        split.fileSize(),
        split.hostnames(),
        split.getReaderPosition().orElse(null));
  }
}
