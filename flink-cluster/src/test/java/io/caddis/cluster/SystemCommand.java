// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;

/** Commands of the operating system. */
final class SystemCommand {
  private SystemCommand() {}

  /** Whether it has ended well; where there is no such command it has not. */
  static boolean succeeds(String... command) {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Sends a signal to a process of this user. */
  static void signal(String name, long pid) {
    if (!succeeds("kill", "-" + name, Long.toString(pid))) {
      throw new IllegalStateException("no process " + pid + " takes the signal " + name);
    }
  }
}
