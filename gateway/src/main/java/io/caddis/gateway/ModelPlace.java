// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where models are and which is the default one, from the command line or from the environment
 * variables that services of this kind have: {@code LF_DATA_DIR}, below which the models are in
 * {@code models/anomaly}, and {@code MODEL_PATH}, the file of the one model.
 *
 * @param registry directory of the models
 * @param model name of the default one
 */
record ModelPlace(Path registry, String model) {
  static final String DEFAULT_MODEL = "anomaly_detector";
  private static final Path DEFAULT_REGISTRY = Path.of("models");

  /**
   * What holds of all that is given: the command line before the environment.
   *
   * @param registry from the command line, or null
   * @param model from the command line, or null
   */
  static ModelPlace of(
      @Nullable Path registry, @Nullable String model, Map<String, String> environment) {
    String data = environment.getOrDefault("LF_DATA_DIR", "");
    String file = environment.getOrDefault("MODEL_PATH", "");
    Path directory = registry;
    if (directory == null && !data.isBlank()) {
      directory = Path.of(data, "models", "anomaly");
    }
    if (directory == null && !file.isBlank()) {
      directory = Path.of(file).toAbsolutePath().getParent();
    }
    String name = model;
    if (name == null && !file.isBlank()) {
      name = String.valueOf(Path.of(file).getFileName()).replaceFirst("\\.[^.]*$", "");
    }
    return new ModelPlace(
        directory == null ? DEFAULT_REGISTRY : directory, name == null ? DEFAULT_MODEL : name);
  }
}
