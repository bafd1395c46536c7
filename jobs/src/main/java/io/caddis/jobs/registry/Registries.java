// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.registry;

import io.caddis.detectors.registry.LocalRegistryFiles;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.jobs.spec.Location;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;

/** Opens registries by where they are. */
public final class Registries {
  private Registries() {}

  /**
   * A registry in a directory of this machine, or of any file system that Flink knows.
   *
   * @param location a path, or a URI
   * @throws IllegalArgumentException when no file system is known for the URI, naming the remedy
   * @throws IOException when the file system cannot be reached
   */
  public static ModelRegistry open(String location) throws IOException {
    Path local = Location.local(location);
    return new ModelRegistry(
        local == null ? files(location) : new LocalRegistryFiles(local), Clock.systemUTC());
  }

  private static ObjectRegistryFiles files(String location) throws IOException {
    try {
      return new ObjectRegistryFiles(new org.apache.flink.core.fs.Path(Location.uri(location)));
    } catch (UnsupportedFileSystemSchemeException e) {
      throw new IllegalArgumentException(
          "registry must be on a file system that Flink knows, was %s: put its plugin into a folder"
                  .formatted(location)
              + " of its own below FLINK_PLUGINS_DIR ("
              + e.getMessage()
              + ")",
          e);
    }
  }
}
