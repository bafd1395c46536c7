// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.registry;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ModelRegistry} asks of a file system: directories that never change once they are
 * there, and single files that are replaced. Paths are relative to the registry's root, their parts
 * separated by {@code /}. Thread-safe.
 */
public interface RegistryFiles {
  /** Names of the files and whole directories in a directory, sorted; none when there is none. */
  List<String> list(String directory) throws IOException;

  /**
   * The content of a file of a directory that was created; null when there is no such file.
   *
   * @throws IOException also when the file has more than {@code maxBytes} bytes
   */
  byte @Nullable [] read(String path, int maxBytes) throws IOException;

  /**
   * Adds a directory: it appears in one step and whole, or not at all, also when its writer dies.
   * On return it is on the disk.
   *
   * @param files content by name
   * @throws java.nio.file.FileAlreadyExistsException when there is such a directory
   */
  void create(String directory, Map<String, byte[]> files) throws IOException;

  /** As {@link #read}, of a file that {@link #replace} writes. */
  byte @Nullable [] current(String path, int maxBytes) throws IOException;

  /**
   * Creates or replaces a single file, unless somebody else has done so meanwhile. Whoever reads
   * sees the old content or the new one, also after a crash; on return the new one is on the disk.
   *
   * @param before what the caller has read, null for nothing
   * @return whether that was still so; if not, nothing has changed
   */
  boolean replace(String path, byte @Nullable [] before, byte[] after) throws IOException;

  /** Removes a directory in one step; nothing happens when there is none. */
  void delete(String directory) throws IOException;

  /**
   * Waits until no other thread or process holds the lock of this path, and takes it. A lock ends
   * with its process at the latest. Where a file system has no locks this does nothing: the other
   * methods are safe without, and the lock only keeps versions in the order of their publication
   * and deletion from crossing promotion.
   *
   * @throws IOException when that takes too long
   */
  Closeable lock(String path) throws IOException;
}
