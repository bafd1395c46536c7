// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import java.net.URI;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where files are: a path of this machine, or a URI. */
public final class Location {
  /** Two letters or more, so that a drive letter is no scheme. */
  private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]+:/.*");

  private Location() {}

  /** The path, null when it is not on this machine. */
  public static @Nullable Path local(String location) {
    if (!SCHEME.matcher(location).matches()) {
      return Path.of(location);
    }
    URI uri = URI.create(location);
    return "file".equals(uri.getScheme()) ? Path.of(uri.getPath()) : null;
  }

  /** What a path of Flink is made of: not encoded as a URI is, no slash at its end. */
  public static String path(URI uri) {
    String decoded = new org.apache.flink.core.fs.Path(uri).toString();
    return new org.apache.flink.core.fs.Path(decoded).toString();
  }

  /** The location as Flink takes it, absolute. */
  public static URI uri(String location) {
    return SCHEME.matcher(location).matches()
        ? URI.create(location)
        : Path.of(location).toAbsolutePath().normalize().toUri();
  }
}
