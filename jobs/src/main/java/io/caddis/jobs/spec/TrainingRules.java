// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import java.util.Set;

/** What the keys of {@code training} must be together, in a specification valid by the schema. */
final class TrainingRules {
  private static final Set<String> COUNTED = Set.of("count", "growing");

  private final SpecRules rules;

  TrainingRules(SpecRules rules) {
    this.rules = rules;
  }

  void apply() {
    window();
    update();
    retraining();
  }

  private void window() {
    boolean count = COUNTED.contains(rules.text("/training/window"));
    boolean sliding = rules.text("/training/window").equals("sliding");
    if (rules.sound("/training/window", "/training/size")) {
      if (count) {
        rules.refuse(
            !rules.at("/training/size").isInt(),
            "/training/size",
            "must be a number of readings for "
                + rules.text("/training/window")
                + " windows, was "
                + rules.at("/training/size")
                + ". For a duration set training.window to tumbling or sliding");
        rules.refuse(
            rules.at("/training/size").isInt()
                && rules.sound("/training/min-rows")
                && rules.at("/training/size").intValue()
                    < rules.at("/training/min-rows").intValue(),
            "/training/size",
            "must be at least training.min-rows, "
                + rules.at("/training/min-rows")
                + ", or no model is ever trained, was "
                + rules.at("/training/size"));
      } else if (rules.at("/training/size").isString()) {
        rules.positive("/training/size");
      } else {
        rules.violation(
            "/training/size",
            "must be a duration for "
                + rules.text("/training/window")
                + " windows, was "
                + rules.at("/training/size")
                + ". For a number of readings set training.window to count");
      }
    }
    if (rules.sound("/training/window", "/training/slide")) {
      slide(sliding);
    }
    rules.refuse(
        rules.sound("/training/sample-rows", "/training/min-rows")
            && rules.at("/training/sample-rows").intValue()
                < rules.at("/training/min-rows").intValue(),
        "/training/sample-rows",
        "must be at least training.min-rows, "
            + rules.at("/training/min-rows")
            + ", was "
            + rules.at("/training/sample-rows"));
    rules.refuse(
        rules.sound("/training/scope", "/fields/group")
            && rules.text("/training/scope").equals("group")
            && rules.isNull("/fields/group"),
        "/fields/group",
        "must be given for training.scope group: the field that names the group (--group COL)");
  }

  private void update() {
    if (!rules.sound("/training/update", "/training/window", "/training/size", "/training/slide")
        || !rules.text("/training/update").equals("incremental")) {
      return;
    }
    String window = rules.text("/training/window");
    boolean overlapping =
        window.equals("sliding")
            && rules.duration("/training/slide").compareTo(rules.duration("/training/size")) < 0;
    rules.refuse(
        window.equals("growing") || overlapping,
        "/training/update",
        "must be refit for "
            + window
            + " windows, which hold readings more than once. For incremental set training.window to"
            + " tumbling or count");
  }

  private void slide(boolean sliding) {
    if (sliding && rules.isNull("/training/slide")) {
      rules.violation("/training/slide", "must be given for sliding windows, for example 15 min");
    } else if (!sliding && !rules.isNull("/training/slide")) {
      rules.violation(
          "/training/slide",
          "is for sliding windows only, training.window was "
              + rules.at("/training/window")
              + ". Remove it, or set training.window to sliding");
    } else if (sliding) {
      rules.positive("/training/slide");
      boolean comparable =
          rules.sound("/training/size", "/training/slide") && rules.at("/training/size").isString();
      rules.refuse(
          comparable
              && rules.duration("/training/slide").compareTo(rules.duration("/training/size")) > 0,
          "/training/slide",
          "must be at most training.size, "
              + rules.at("/training/size")
              + ", was "
              + rules.at("/training/slide"));
    }
  }

  private void retraining() {
    for (String path : new String[] {"/training/min-interval", "/training/max-interval"}) {
      if (rules.sound(path) && !rules.isNull(path)) {
        rules.positive(path);
      }
    }
    if (!rules.sound(
        "/training/retrain",
        "/training/once",
        "/training/update",
        "/training/min-interval",
        "/training/max-interval")) {
      return;
    }
    boolean onDrift = rules.text("/training/retrain").equals("on-drift");
    boolean longest = !rules.isNull("/training/max-interval");
    rules.refuse(
        onDrift && rules.text("/training/update").equals("incremental"),
        "/training/retrain",
        "must be every-window with training.update incremental, which learns from all of them");
    rules.refuse(
        onDrift && rules.at("/training/once").booleanValue(),
        "/training/retrain",
        "must be every-window with training.once, which trains one model only");
    rules.refuse(
        longest && !onDrift,
        "/training/max-interval",
        "is for training.retrain on-drift only. Remove it: every window trains");
    rules.refuse(
        longest
            && !rules.isNull("/training/min-interval")
            && rules
                    .duration("/training/min-interval")
                    .compareTo(rules.duration("/training/max-interval"))
                > 0,
        "/training/min-interval",
        "must be at most training.max-interval, "
            + rules.at("/training/max-interval")
            + ", was "
            + rules.at("/training/min-interval"));
  }
}
