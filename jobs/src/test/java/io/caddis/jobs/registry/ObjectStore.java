// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.registry;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.core.fs.BlockLocation;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.Path;

/**
 * A file system {@code objects://NAME/} in memory that behaves like an object store: a file is
 * there when its writer closes it, directories are but prefixes of names, and nothing is renamed or
 * appended to.
 */
public final class ObjectStore extends FileSystem {
  /** Makes one store for each name, as Flink's plugins do for each bucket. */
  public static final class Factory implements FileSystemFactory {
    @Override
    public String getScheme() {
      return "objects";
    }

    @Override
    public FileSystem create(URI uri) {
      return new ObjectStore(uri);
    }
  }

  private record Status(Path getPath, long getLen, boolean isDir) implements FileStatus {
    @Override
    public long getBlockSize() {
      return getLen;
    }

    @Override
    public short getReplication() {
      return 1;
    }

    @Override
    public long getModificationTime() {
      return 0;
    }

    @Override
    public long getAccessTime() {
      return 0;
    }
  }

  private final URI uri;
  private final NavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
  private final AtomicInteger changesLeft = new AtomicInteger(Integer.MAX_VALUE);

  private ObjectStore(URI uri) {
    this.uri = uri;
  }

  /** The store of a URI. */
  static ObjectStore of(String uri) throws IOException {
    return (ObjectStore) FileSystem.getUnguardedFileSystem(URI.create(uri));
  }

  /** From so many changes on every one fails, as if the writer had been killed. */
  void failAfter(int changes) {
    changesLeft.set(changes);
  }

  NavigableMap<String, byte[]> objects() {
    return objects;
  }

  private void change() throws IOException {
    if (changesLeft.getAndDecrement() <= 0) {
      throw new IOException("killed");
    }
  }

  @Override
  public FSDataOutputStream create(Path path, WriteMode mode) throws IOException {
    change();
    String name = path.getPath();
    if (mode == WriteMode.NO_OVERWRITE && objects.containsKey(name)) {
      throw new IOException("exists: " + name);
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    return new FSDataOutputStream() {
      @Override
      public void write(int b) {
        content.write(b);
      }

      @Override
      public void write(byte[] b, int off, int len) {
        content.write(b, off, len);
      }

      @Override
      public long getPos() {
        return content.size();
      }

      @Override
      public void flush() {}

      @Override
      public void sync() {}

      @Override
      public void close() throws IOException {
        if (mode == WriteMode.OVERWRITE) {
          objects.put(name, content.toByteArray());
        } else if (objects.putIfAbsent(name, content.toByteArray()) != null) {
          throw new IOException("exists: " + name);
        }
      }
    };
  }

  @Override
  public FSDataInputStream open(Path path) throws IOException {
    byte[] content = objects.get(path.getPath());
    if (content == null) {
      throw new FileNotFoundException(path.toString());
    }
    return new FSDataInputStream() {
      private int position;

      @Override
      public void seek(long desired) {
        position = (int) desired;
      }

      @Override
      public long getPos() {
        return position;
      }

      @Override
      public int read() {
        return position == content.length ? -1 : content[position++] & 0xff;
      }
    };
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    return open(path);
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    String prefix = folder(path);
    Map<String, Status> children = new TreeMap<>();
    objects
        .tailMap(prefix)
        .forEach(
            (name, content) -> {
              if (name.startsWith(prefix)) {
                int end = name.indexOf('/', prefix.length());
                String child = name.substring(prefix.length(), end < 0 ? name.length() : end);
                children.put(
                    child,
                    new Status(new Path(path, child), end < 0 ? content.length : 0, end >= 0));
              }
            });
    if (children.isEmpty()) {
      throw new FileNotFoundException(path.toString());
    }
    return children.values().toArray(FileStatus[]::new);
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    byte[] content = objects.get(path.getPath());
    if (content != null) {
      return new Status(path, content.length, false);
    }
    String next = objects.ceilingKey(folder(path));
    if (next == null || !next.startsWith(folder(path))) {
      throw new FileNotFoundException(path.toString());
    }
    return new Status(path, 0, true);
  }

  private static String folder(Path path) {
    return path.getPath().endsWith("/") ? path.getPath() : path.getPath() + '/';
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    change();
    boolean file = objects.remove(path.getPath()) != null;
    return objects.keySet().removeIf(name -> recursive && name.startsWith(folder(path))) || file;
  }

  @Override
  public boolean mkdirs(Path path) {
    return true;
  }

  @Override
  public boolean rename(Path from, Path to) {
    throw new UnsupportedOperationException("an object store renames nothing");
  }

  @Override
  public BlockLocation[] getFileBlockLocations(FileStatus file, long start, long length) {
    return new BlockLocation[0];
  }

  @Override
  public Path getWorkingDirectory() {
    return new Path(uri);
  }

  @Override
  public Path getHomeDirectory() {
    return new Path(uri);
  }

  @Override
  public URI getUri() {
    return uri;
  }

  @Override
  public boolean isDistributedFS() {
    return true;
  }
}
