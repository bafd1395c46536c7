// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import org.jspecify.annotations.Nullable;

/** Commands for tests; each is in a file of the name of its id. */
final class Commands {
  static final long END = ControlCommand.WITHOUT_END;

  private Commands() {}

  static ControlCommand threshold(String id, String sensors, double threshold, long from) {
    return command(id, ControlType.SET_THRESHOLD, sensors, threshold, from, END);
  }

  static ControlCommand of(ControlType type, String id, String sensors, long from, long to) {
    return command(id, type, sensors, Double.NaN, from, to);
  }

  static ControlCommand undo(String id, String target, long from) {
    return undoModel(id, null, target, from);
  }

  static ControlCommand model(
      ControlType type, String id, String group, long from, String version, ModelUpdate model) {
    return new ControlCommand(
        id, id, type, "*", group, Double.NaN, from, END, null, version, model, null, 0, null);
  }

  static ControlCommand canary(
      String id, String group, long from, double share, ModelUpdate model) {
    return new ControlCommand(
        id,
        id,
        ControlType.PROMOTE,
        "*",
        group,
        Double.NaN,
        from,
        END,
        null,
        null,
        model,
        null,
        share,
        null);
  }

  static ControlCommand retrain(String id, String group, long from) {
    return model(ControlType.RETRAIN, id, group, from, null, null);
  }

  static ControlCommand undoModel(String id, @Nullable String group, String target, long from) {
    return new ControlCommand(
        id,
        id,
        ControlType.UNDO,
        "*",
        group,
        Double.NaN,
        from,
        END,
        target,
        null,
        null,
        null,
        0,
        null);
  }

  static ControlCommand feature(
      ControlType type, String id, String sensors, String feature, long from) {
    return new ControlCommand(
        id, id, type, sensors, null, Double.NaN, from, END, null, null, null, null, 0, feature);
  }

  private static ControlCommand command(
      String id, ControlType type, String sensors, double threshold, long from, long to) {
    return new ControlCommand(
        id, id, type, sensors, null, threshold, from, to, null, null, null, null, 0, null);
  }
}
