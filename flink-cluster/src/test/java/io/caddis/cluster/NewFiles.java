// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Tells at once when something new comes into a folder, while it is still being written. */
final class NewFiles implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(300);

  private final Path folder;
  private final WatchService watch;

  NewFiles(Path folder) throws IOException {
    this.folder = folder;
    watch = folder.getFileSystem().newWatchService();
    Files.createDirectories(folder).register(watch, ENTRY_CREATE);
  }

  void await() {
    try {
      if (watch.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS) == null) {
        throw new AssertionError("nothing came into " + folder + " in " + PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    watch.close();
  }
}
