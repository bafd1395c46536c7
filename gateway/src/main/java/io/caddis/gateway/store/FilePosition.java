// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

/**
 * How far a file was read.
 *
 * @param file its path relative to the feed's directory, with slashes
 * @param size when it was read, bytes
 * @param readTo bytes of it whose content is stored
 */
public record FilePosition(String file, long size, long readTo) {
  /** Whether nothing of it is left to read. */
  public boolean done() {
    return readTo >= size;
  }
}
