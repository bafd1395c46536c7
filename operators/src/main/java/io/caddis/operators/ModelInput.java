// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import org.jspecify.annotations.Nullable;

/**
 * What decides about the models of a group beside their being trained; one of the two is there.
 *
 * @param group whose models
 * @param command about them, null when there is none
 * @param watched readings that tell how the models in force do, null when there are none
 */
public record ModelInput(
    String group, @Nullable ControlCommand command, @Nullable TrainingSample watched) {

  /** A command that names its group. */
  static ModelInput of(ControlCommand command) {
    return new ModelInput(String.valueOf(command.group()), command, null);
  }

  /** Readings that tell how models do. */
  public static ModelInput of(TrainingSample watched) {
    return new ModelInput(watched.group(), null, watched);
  }
}
