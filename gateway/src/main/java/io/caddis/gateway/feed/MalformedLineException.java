// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

/** A line that is not what its folder should contain. */
final class MalformedLineException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedLineException(String message) {
    super(message, null, false, false);
  }
}
