// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that holds a secret in its first line, such as a password. */
public final class SecretFile {
  private SecretFile() {}

  /**
   * The secret, without blanks around it.
   *
   * @throws IllegalArgumentException when the file cannot be read
   */
  public static String read(Path file) {
    try {
      return Files.readString(file).lines().findFirst().orElse("").strip();
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + file, e);
    }
  }
}
