// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The registry of targets, by name. */
final class Targets {
  private static final Map<String, Supplier<Target>> TARGETS = targets();

  private Targets() {}

  private static Map<String, Supplier<Target>> targets() {
    Map<String, Supplier<Target>> targets = new LinkedHashMap<>();
    targets.put("lines", LinesTarget::new);
    targets.put("spec", SpecTarget::new);
    targets.put("model", ModelTarget::new);
    targets.put("state", StateTarget::new);
    targets.put("registry", RegistryTarget::new);
    targets.put("sklearn", SklearnTarget::new);
    targets.put("training", TrainingTarget::new);
    targets.put("control", ControlTarget::new);
    targets.put("http", HttpTarget::new);
    return targets;
  }

  static List<String> names() {
    return List.copyOf(TARGETS.keySet());
  }

  static Target create(String name) {
    Supplier<Target> target = TARGETS.get(name);
    if (target == null) {
      throw new IllegalArgumentException(
          "target must be one of %s, was '%s'".formatted(String.join(", ", names()), name));
    }
    return target.get();
  }
}
