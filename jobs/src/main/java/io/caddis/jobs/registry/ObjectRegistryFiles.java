// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.registry;

import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.registry.RegistryFiles;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * A registry's files on any file system of Flink, an object store for one: nothing is renamed,
 * appended to, locked, or changed once it has been written.
 *
 * <pre>
 * NAME/.whole-VERSION             empty, written last: the directory VERSION is there
 * NAME/VERSION/…                  its files; without the above, those of a writer that is at work
 *                                 or was killed
 * NAME/aliases.json.0000000012    12th content of a file that is replaced: the SHA-256 of the rest,
 *                                 a newline, the rest; the highest that is whole counts
 * </pre>
 *
 * <p>An empty file cannot be half there, whatever the file system. What it must offer is that files
 * that have been written are listed at once, as those of S3, GCS, Azure and HDFS are, and that it
 * refuses to create a file that exists. Where it refuses only what existed a moment before, such as
 * S3 through Flink's plugins, of two changes of aliases within that moment one can be lost; neither
 * can be damaged.
 */
final class ObjectRegistryFiles implements RegistryFiles {
  private static final String WHOLE = ".whole-";
  private static final int MOST_ATTEMPTS = 20;
  private static final int SHA256_CHARS = 64;

  /** Earlier contents that stay for readers who have just seen their names. */
  private static final int KEPT = 2;

  private final Path root;
  private final FileSystem files;

  /**
   * @throws org.apache.flink.core.fs.UnsupportedFileSystemSchemeException if the scheme is unknown
   */
  ObjectRegistryFiles(Path root) throws IOException {
    this.root = root;
    this.files = root.getFileSystem();
  }

  @Override
  public List<String> list(String directory) throws IOException {
    List<String> names = new ArrayList<>();
    Set<String> whole = new HashSet<>();
    for (FileStatus child : children(path(directory))) {
      String name = child.getPath().getName();
      if (name.startsWith(WHOLE)) {
        whole.add(name.substring(WHOLE.length()));
      } else {
        names.add(name);
      }
    }
    if (!directory.isEmpty()) {
      names.retainAll(whole);
    }
    return names.stream().sorted().toList();
  }

  private FileStatus[] children(Path directory) throws IOException {
    try {
      FileStatus[] children = files.listStatus(directory);
      return children == null ? new FileStatus[0] : children;
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }

  @Override
  public byte @Nullable [] read(String path, int maxBytes) throws IOException {
    return read(path(path), maxBytes);
  }

  private byte @Nullable [] read(Path file, int maxBytes) throws IOException {
    try (InputStream in = files.open(file)) {
      byte[] content = in.readNBytes(maxBytes + 1);
      if (content.length > maxBytes) {
        throw new IOException(
            "%s must have at most %d bytes, was longer".formatted(file, maxBytes));
      }
      return content;
    } catch (FileNotFoundException | java.nio.file.NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public byte @Nullable [] current(String path, int maxBytes) throws IOException {
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      List<Integer> generations = generations(path);
      for (int i = generations.size() - 1; i >= 0; i--) {
        byte[] content = read(generation(path, generations.get(i)), maxBytes + SHA256_CHARS + 1);
        byte[] rest = content == null ? null : verified(content);
        if (rest != null) {
          return rest;
        }
      }
      if (generations.isEmpty()) {
        return null;
      }
      // All were replaced since they were listed.
    }
    throw new IOException("no content of " + path(path) + " is whole");
  }

  /** What follows the checksum, null when that is not its. */
  private static byte @Nullable [] verified(byte[] content) {
    if (content.length <= SHA256_CHARS) {
      return null;
    }
    byte[] rest = Arrays.copyOfRange(content, SHA256_CHARS + 1, content.length);
    String sha256 = new String(content, 0, SHA256_CHARS, StandardCharsets.US_ASCII);
    return ModelCodec.sha256(rest).equals(sha256) ? rest : null;
  }

  private List<Integer> generations(String path) throws IOException {
    Path file = path(path);
    String prefix = file.getName() + '.';
    List<Integer> generations = new ArrayList<>();
    for (FileStatus child : children(file.getParent())) {
      String name = child.getPath().getName();
      if (name.startsWith(prefix) && name.substring(prefix.length()).matches("\\d{10}")) {
        generations.add(Integer.valueOf(name.substring(prefix.length())));
      }
    }
    return generations.stream().sorted().toList();
  }

  private Path generation(String path, int number) {
    return path("%s.%010d".formatted(path, number));
  }

  @Override
  public void create(String directory, Map<String, byte[]> content) throws IOException {
    Path whole = marker(directory);
    if (files.exists(whole)) {
      throw new FileAlreadyExistsException(path(directory).toString());
    }
    for (Map.Entry<String, byte[]> file : content.entrySet()) {
      write(new Path(path(directory), file.getKey()), file.getValue(), WriteMode.OVERWRITE);
    }
    write(whole, new byte[0], WriteMode.OVERWRITE);
  }

  @Override
  public boolean replace(String path, byte @Nullable [] before, byte[] after) throws IOException {
    List<Integer> generations = generations(path);
    if (!Arrays.equals(current(path, Integer.MAX_VALUE - 2 * SHA256_CHARS), before)) {
      return false;
    }
    int next = generations.isEmpty() ? 1 : generations.get(generations.size() - 1) + 1;
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes((ModelCodec.sha256(after) + '\n').getBytes(StandardCharsets.US_ASCII));
    content.writeBytes(after);
    Path file = generation(path, next);
    try {
      write(file, content.toByteArray(), WriteMode.NO_OVERWRITE);
    } catch (IOException e) {
      // How a file system says that a file exists differs from one to the next.
      if (files.exists(file)) {
        return false;
      }
      throw e;
    }
    for (int generation : generations) {
      if (generation < next - KEPT) {
        files.delete(generation(path, generation), false);
      }
    }
    return true;
  }

  private void write(Path file, byte[] content, WriteMode mode) throws IOException {
    try (var out = files.create(file, mode)) {
      out.write(content);
    }
  }

  @Override
  public void delete(String directory) throws IOException {
    files.delete(marker(directory), false);
    files.delete(path(directory), true);
  }

  /** Nothing: there are no locks, and nothing here needs one. */
  @Override
  public Closeable lock(String path) {
    return () -> {};
  }

  private Path marker(String directory) {
    Path path = path(directory);
    return new Path(path.getParent(), WHOLE + path.getName());
  }

  private Path path(String relative) {
    return relative.isEmpty() ? root : new Path(root, relative);
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
