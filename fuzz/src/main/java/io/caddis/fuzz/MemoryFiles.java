// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import io.caddis.detectors.registry.RegistryFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The files of a registry, in memory. Not thread-safe. */
final class MemoryFiles implements RegistryFiles {
  private final Map<String, byte[]> files = new TreeMap<>();

  MemoryFiles() {}

  MemoryFiles(MemoryFiles copied) {
    files.putAll(copied.files);
  }

  void put(String path, byte[] content) {
    files.put(path, content);
  }

  byte[] content(String path) {
    return Objects.requireNonNull(files.get(path), path);
  }

  @Override
  public List<String> list(String directory) {
    String begin = directory.isEmpty() ? "" : directory + '/';
    return files.keySet().stream()
        .filter(path -> path.startsWith(begin))
        .map(path -> path.substring(begin.length()).replaceFirst("/.*", ""))
        .distinct()
        .sorted()
        .toList();
  }

  @Override
  public byte @Nullable [] read(String path, int maxBytes) throws IOException {
    byte[] content = files.get(path);
    if (content != null && content.length > maxBytes) {
      throw new IOException(path + " must have at most " + maxBytes + " bytes");
    }
    return content;
  }

  @Override
  public byte @Nullable [] current(String path, int maxBytes) throws IOException {
    return read(path, maxBytes);
  }

  @Override
  public void create(String directory, Map<String, byte[]> added) throws IOException {
    if (!list(directory).isEmpty()) {
      throw new FileAlreadyExistsException(directory);
    }
    added.forEach((name, content) -> files.put(directory + '/' + name, content));
  }

  @Override
  public boolean replace(String path, byte @Nullable [] before, byte[] after) {
    if (!Arrays.equals(files.get(path), before)) {
      return false;
    }
    files.put(path, after);
    return true;
  }

  @Override
  public void delete(String directory) {
    files.keySet().removeIf(path -> path.startsWith(directory + '/'));
  }

  @Override
  public Closeable lock(String path) {
    return () -> {};
  }
}
