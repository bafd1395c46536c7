// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to start and to end processes of a cluster's folder, which one command has at a time.
 * The system takes it back from a JVM that ends, in whatever way; processes that it has started do
 * not inherit it.
 */
final class ClusterLock implements AutoCloseable {
  /**
   * The files that this JVM has locked. They must not be opened again: the system knows locks of a
   * process, not of a channel, and releases them when the process closes any channel of the file.
   */
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private ClusterLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Locks a folder, which must be there. Its file {@code lock} is never deleted: someone could have
   * just opened it.
   *
   * @throws ClusterException when it is locked, by this JVM or another
   */
  static ClusterLock take(Path folder) {
    try {
      Path file = folder.toRealPath().resolve("lock");
      if (!LOCKED.add(file)) {
        throw atWork(folder);
      }
      ClusterLock lock = open(file);
      boolean taken = false;
      try {
        taken = lock.channel.tryLock() != null;
      } finally {
        if (!taken) {
          lock.close();
        }
      }
      if (!taken) {
        throw atWork(folder);
      }
      return lock;
    } catch (IOException e) {
      throw new ClusterException("cannot lock " + folder + ": " + e, e);
    }
  }

  private static ClusterLock open(Path file) throws IOException {
    try {
      return new ClusterLock(
          file, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    } catch (IOException e) {
      LOCKED.remove(file);
      throw e;
    }
  }

  private static ClusterException atWork(Path folder) {
    return new ClusterException(
        "another command of ./caddis is at work on " + folder + ": wait until it has ended");
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + file, e);
    } finally {
      LOCKED.remove(file);
    }
  }
}
