// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A folder on a disk of its own that can be filled; a plain folder where nobody may mount one.
 *
 * @param own whether it is a disk of its own
 */
record SmallDisk(Path path, boolean own) implements AutoCloseable {
  private static final Duration FORBIDDING = Duration.ofSeconds(10);

  static SmallDisk mounted(Path path, String size) throws IOException {
    Files.createDirectories(path);
    return new SmallDisk(
        path,
        SystemCommand.succeeds(
            "mount", "-t", "tmpfs", "-o", "size=" + size, "caddis", path.toString()));
  }

  /** Leaves no room on it for a while. */
  void fill(Duration duration) throws IOException {
    requireOwn();
    Path filler = path.resolve("filler");
    byte[] block = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      // What is deleted meanwhile makes room for a few more writes, as on any disk.
      Patience.await(duration, () -> false);
    } finally {
      Files.deleteIfExists(filler);
    }
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
        FORBIDDING, () -> SystemCommand.succeeds("mount", "-o", "remount,bind,ro", name))) {
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
