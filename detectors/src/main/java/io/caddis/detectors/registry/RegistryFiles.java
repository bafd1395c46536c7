// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.registry;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ModelRegistry} asks of a file system. Paths are relative to the registry's root,
 * their parts separated by {@code /}. Thread-safe, {@link #write} as it says.
 */
public interface RegistryFiles {
  /** Names of the files and directories in a directory, sorted; none when it does not exist. */
  List<String> list(String directory) throws IOException;

  /**
   * A file's content; null when there is no such file.
   *
   * @throws IOException also when the file has more than {@code maxBytes} bytes
   */
  byte @Nullable [] read(String path, int maxBytes) throws IOException;

  /**
   * Creates or replaces a file, and the directories above it. Whoever reads sees the old content or
   * the new one, also after a crash; on return the new one is on the disk. Whoever writes holds a
   * lock that keeps others from writing the same file.
   */
  void write(String path, byte[] content) throws IOException;

  /** Renames a directory in one step to a name that nothing has. */
  void move(String from, String to) throws IOException;

  /** Removes a file, or a directory with all below it; nothing happens when there is none. */
  void delete(String path) throws IOException;

  /**
   * Waits until no other thread or process holds the lock of this path, and takes it. A lock ends
   * with its process at the latest.
   *
   * @throws IOException when that takes too long
   */
  Closeable lock(String path) throws IOException;
}
