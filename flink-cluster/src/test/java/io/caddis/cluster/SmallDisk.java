// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A folder on a disk of its own that can be filled; a plain folder where nobody may mount one.
 *
 * @param own whether it is a disk of its own
 */
record SmallDisk(Path path, boolean own) implements AutoCloseable {
  private static final Duration CHANGING = Duration.ofSeconds(10);

  static SmallDisk mounted(Path path, String size) throws IOException {
    Files.createDirectories(path);
    return new SmallDisk(
        path,
        SystemCommand.succeeds(
            "mount", "-t", "tmpfs", "-o", "size=" + size, "caddis", path.toString()));
  }

  /** Leaves no room on it for a while. */
  void fill(Duration duration) {
    requireOwn();
    File disk = path.toFile();
    long size = disk.getTotalSpace();
    // Made as small as what it holds: that takes no memory. Refused when more has come meanwhile.
    if (!Patience.await(CHANGING, () -> resize(size - disk.getFreeSpace()))) {
      throw new IllegalStateException("cannot leave no room on " + path);
    }
    Patience.await(duration, () -> false);
    if (!resize(size)) {
      throw new IllegalStateException("cannot leave room on " + path);
    }
  }

  private boolean resize(long bytes) {
    return SystemCommand.succeeds("mount", "-o", "remount,size=" + bytes, path.toString());
  }

  /** Forbids everybody to write into one of its folders for a while. */
  void protect(Path folder, Duration duration) {
    requireOwn();
    String name = folder.toString();
    if (!SystemCommand.succeeds("mount", "--bind", name, name)) {
      throw new IllegalStateException("cannot mount " + name);
    }
    // The system refuses as long as somebody has a file open for writing there.
    if (!Patience.await(
        CHANGING, () -> SystemCommand.succeeds("mount", "-o", "remount,bind,ro", name))) {
      unmount(folder);
      throw new IllegalStateException("cannot forbid writing into " + name);
    }
    Patience.await(duration, () -> false);
    unmount(folder);
  }

  private void requireOwn() {
    if (!own) {
      throw new UnsupportedOperationException("needs root, to mount a small disk");
    }
  }

  private static void unmount(Path folder) {
    // At once also while somebody reads there.
    if (!SystemCommand.succeeds("umount", "--lazy", folder.toString())) {
      throw new IllegalStateException("cannot unmount " + folder);
    }
  }

  @Override
  public void close() {
    if (own) {
      unmount(path);
    }
  }
}
