// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.control;

import io.caddis.detectors.control.CommandJson;
import org.jspecify.annotations.Nullable;

/**
 * A file of the control directory, or a record of the control topic, not yet parsed.
 *
 * @param file its name
 * @param content what it holds; empty when it cannot be used
 * @param problem why it cannot be used, null when it can
 */
public record CommandText(String file, byte[] content, @Nullable String problem) {
  static CommandText unusable(String file, String problem) {
    return new CommandText(file, new byte[0], problem);
  }

  static CommandText tooLarge(String file) {
    return unusable(file, "a command must have at most " + CommandJson.MAX_BYTES + " bytes");
  }
}
