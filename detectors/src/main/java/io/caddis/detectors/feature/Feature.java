// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import java.io.Serializable;
import java.util.Objects;

/**
 * One input column of a model.
 *
 * @param name column name as it appears in the data, at most 256 characters
 * @param encoding how its values become numbers
 */
public record Feature(String name, Encoding encoding) implements Serializable {
  /** Longest name, characters. */
  public static final int MAX_NAME_CHARS = 256;

  public Feature {
    Objects.requireNonNull(encoding, "encoding");
    if (name.isBlank() || name.length() > MAX_NAME_CHARS) {
      throw new IllegalArgumentException(
          "feature name must have 1 to " + MAX_NAME_CHARS + " characters, was '" + name + "'");
    }
  }
}
