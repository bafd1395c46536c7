// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Puts a file into a monitored directory as the input contract asks: whole or not at all, and never
 * over another.
 */
public final class Publish {
  private Publish() {}

  /**
   * Copies the content to a hidden file beside the target, forces it to the disk, and gives it its
   * name in one step. A crash leaves at most the hidden file, which no source reads.
   *
   * @param content read to its end
   * @param target the file to be; its name must not start with '.' or '_'
   * @return how many bytes the file has
   * @throws FileAlreadyExistsException when the target exists
   */
  public static long file(InputStream content, Path target) throws IOException {
    Path absolute = target.toAbsolutePath();
    Path directory = absolute.getParent();
    Path fileName = absolute.getFileName();
    if (directory == null || fileName == null) {
      throw new IllegalArgumentException("target must be a file in a directory, was " + target);
    }
    String name = fileName.toString();
    if (name.startsWith(".") || name.startsWith("_")) {
      throw new IllegalArgumentException(
          "name must not start with '.' or '_', which sources skip, was " + name);
    }
    long unique = ProcessHandle.current().pid() << 40 ^ System.nanoTime();
    Path hidden = directory.resolve("." + name + "." + Long.toHexString(unique) + ".part");
    try {
      long size;
      try (FileChannel channel =
          FileChannel.open(hidden, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        size = content.transferTo(Channels.newOutputStream(channel));
        channel.force(true);
      }
      rename(hidden, absolute);
      try (FileChannel folder = FileChannel.open(directory, StandardOpenOption.READ)) {
        folder.force(true);
      }
      return size;
    } finally {
      Files.deleteIfExists(hidden);
    }
  }

  private static void rename(Path hidden, Path target) throws IOException {
    try {
      // A rename would silently replace the target; a link fails when it exists.
      Files.createLink(target, hidden);
    } catch (UnsupportedOperationException e) {
      if (Files.exists(target)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      Files.move(hidden, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
