// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.registry;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A registry's files below a directory of this machine, or of any file system that locks and
 * renames as a local one does.
 */
public final class LocalRegistryFiles implements RegistryFiles {
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);
  private static final String NEW = ".new-";
  private static final Duration LOCK_POLL = Duration.ofMillis(2);

  /**
   * Held by the one thread of this JVM that holds or awaits the lock of a file: where locks belong
   * to the process, as in POSIX, a thread that closes its channel would take the lock from another.
   */
  private static final ReentrantLock THREADS = new ReentrantLock();

  private final Path root;

  /**
   * @param root need not exist: it comes with the first write
   */
  public LocalRegistryFiles(Path root) {
    this.root = root;
  }

  @Override
  public List<String> list(String directory) throws IOException {
    try (Stream<Path> children = Files.list(root.resolve(directory))) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
  }

  @Override
  public byte @Nullable [] read(String path, int maxBytes) throws IOException {
    try (FileChannel file = FileChannel.open(root.resolve(path), StandardOpenOption.READ)) {
      if (file.size() > maxBytes) {
        throw new IOException(
            "%s must have at most %d bytes, was %d"
                .formatted(root.resolve(path), maxBytes, file.size()));
      }
      ByteBuffer content = ByteBuffer.allocate((int) file.size());
      while (content.hasRemaining() && file.read(content) >= 0) {
        // a channel may give less than was asked for
      }
      return content.array();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public byte @Nullable [] current(String path, int maxBytes) throws IOException {
    return read(path, maxBytes);
  }

  @Override
  public void create(String directory, Map<String, byte[]> files) throws IOException {
    Path target = root.resolve(directory);
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    Path parent = Files.createDirectories(directoryOf(target));
    removeDrafts(parent);
    Path draft = Files.createDirectory(parent.resolve(NEW + target.getFileName()));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      write(draft.resolve(file.getKey()), file.getValue());
    }
    Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    force(parent);
  }

  /** What writers that were killed have left: whoever is here holds the lock. */
  private static void removeDrafts(Path parent) throws IOException {
    try (Stream<Path> children = Files.list(parent)) {
      for (Path child : children.toList()) {
        if (child.getFileName().toString().startsWith(NEW)) {
          remove(child);
        }
      }
    }
  }

  @Override
  public boolean replace(String path, byte @Nullable [] before, byte[] after) throws IOException {
    byte[] now = read(path, Integer.MAX_VALUE);
    if (!Arrays.equals(now, before)) {
      return false;
    }
    Path target = root.resolve(path);
    Files.createDirectories(directoryOf(target));
    write(target, after);
    return true;
  }

  private static void write(Path target, byte[] content) throws IOException {
    // The same name each time: what a killed writer leaves, the next one replaces.
    Path written = target.resolveSibling(".write-" + target.getFileName());
    try (FileChannel file =
        FileChannel.open(
            written,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        file.write(rest);
      }
      file.force(true);
    }
    Files.move(
        written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    force(directoryOf(target));
  }

  @Override
  public void delete(String directory) throws IOException {
    Path target = root.resolve(directory);
    if (!Files.exists(target)) {
      return;
    }
    Path parent = directoryOf(target);
    removeDrafts(parent);
    Path gone = parent.resolve(NEW + target.getFileName());
    Files.move(target, gone, StandardCopyOption.ATOMIC_MOVE);
    force(parent);
    remove(gone);
  }

  private static void remove(Path path) throws IOException {
    try (Stream<Path> below = Files.walk(path)) {
      for (Path file : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  @Override
  public Closeable lock(String path) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(directoryOf(file));
    long deadline = System.nanoTime() + LOCK_TIMEOUT.toNanos();
    await(file);
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        while (tryLock(channel) == null) {
          if (System.nanoTime() > deadline || Thread.interrupted()) {
            throw held(file);
          }
          LockSupport.parkNanos(LOCK_POLL.toNanos());
        }
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      return () -> {
        try (channel) {
          // closing it releases the lock of the file
        } finally {
          THREADS.unlock();
        }
      };
    } catch (IOException | RuntimeException e) {
      THREADS.unlock();
      throw e;
    }
  }

  private static void await(Path file) throws IOException {
    try {
      if (!THREADS.tryLock(LOCK_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)) {
        throw held(file);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the lock of " + file, e);
    }
  }

  private static IOException held(Path file) {
    return new IOException("lock of " + file + " is held by another process or thread");
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByAnotherClassLoader) {
      return null;
    }
  }

  private static Path directoryOf(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent());
  }

  /** Brings a directory's entries to the disk, where the system lets a directory be opened. */
  private static void force(Path directory) throws IOException {
    if (!System.getProperty("os.name", "").startsWith("Windows")) {
      try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
        entries.force(true);
      }
    }
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
