// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import io.caddis.gateway.store.FilePosition;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One folder of a job's results: which committed files are new. A file in progress has a name that
 * begins with a full stop or an underscore, or contains {@code .inprogress}. Not thread-safe.
 */
final class ResultFiles {
  /** Within this time of a change another one may leave the folder's modification time as it is. */
  private static final long CLOCK_TICK_NANOS = Duration.ofSeconds(2).toNanos();

  /** Servers of files show changes late at times, and their clocks can be set back. */
  private static final long LONGEST_UNLISTED_NANOS = Duration.ofMinutes(1).toNanos();

  private final Path directory;
  private final String prefix;
  private final Set<String> names = new HashSet<>();
  private @Nullable FileTime modified;
  private long modifiedNanos;
  private long listedNanos;
  private boolean listed;
  private boolean settled;

  ResultFiles(Path root, ResultKind kind) {
    this.directory = root.resolve(kind.folder());
    this.prefix = kind.folder() + '/';
  }

  /**
   * A file that is not read to its end.
   *
   * @param path where it is
   * @param modified when it was last written to, epoch milliseconds
   * @param as its name in the store and its size, read to 0
   */
  record Unread(Path path, long modified, FilePosition as) {}

  /**
   * The files that are not yet read to their end, the oldest first.
   *
   * <p>Nothing is listed while the folder has not changed since all of its files were read, for a
   * minute at most. Its modification time is compared with former ones only: the clock it is taken
   * from need not be this machine's.
   *
   * @param positions how far files were read
   * @param nanos since some moment, of a clock that nobody sets
   */
  List<Unread> unread(Map<String, FilePosition> positions, long nanos) throws IOException {
    List<Unread> unread = new ArrayList<>();
    try {
      FileTime present = Files.getLastModifiedTime(directory);
      if (!present.equals(modified)) {
        modified = present;
        modifiedNanos = nanos;
      }
      if (settled
          && listedNanos - modifiedNanos >= CLOCK_TICK_NANOS
          && nanos - listedNanos < LONGEST_UNLISTED_NANOS) {
        return unread;
      }
      names.clear();
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          add(file, positions, unread);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      // The job has not written anything of this kind yet.
      return unread;
    }
    settled = unread.isEmpty();
    listedNanos = nanos;
    listed = true;
    unread.sort(Comparator.comparingLong(Unread::modified).thenComparing(file -> file.as().file()));
    return unread;
  }

  private void add(Path file, Map<String, FilePosition> positions, List<Unread> unread)
      throws IOException {
    String name = file.getFileName().toString();
    if (name.startsWith(".") || name.startsWith("_") || name.contains(".inprogress")) {
      return;
    }
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(file, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return;
    }
    if (!attributes.isRegularFile()) {
      return;
    }
    FilePosition fresh = new FilePosition(prefix + name, attributes.size(), 0);
    names.add(fresh.file());
    FilePosition known = positions.get(fresh.file());
    if (known == null || !known.done() || known.size() != fresh.size()) {
      unread.add(new Unread(file, attributes.lastModifiedTime().toMillis(), fresh));
    }
  }

  /**
   * Whether a name in the store is one of this folder whose file was not there when last listed.
   */
  boolean isGone(String file) {
    return listed && file.startsWith(prefix) && !names.contains(file);
  }
}
