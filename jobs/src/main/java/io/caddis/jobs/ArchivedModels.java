// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.files.ResultFolder;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The models of a run by their checksum: those in a registry, else those among its results. Each is
 * verified and decoded once. Not thread-safe.
 */
final class ArchivedModels {
  private final Path output;
  private final @Nullable ModelRegistry registry;
  private final Map<String, Model> models = new HashMap<>();
  private boolean resultsRead;

  ArchivedModels(Path output, @Nullable ModelRegistry registry) {
    this.output = output;
    this.registry = registry;
  }

  /** The model with this checksum, null when it is nowhere. */
  @Nullable Model find(String sha256) throws IOException {
    Model known = models.get(sha256);
    if (known == null && registry != null) {
      known = registered(registry, sha256);
    }
    if (known == null && !resultsRead) {
      readResults();
      known = models.get(sha256);
    }
    return known;
  }

  private @Nullable Model registered(ModelRegistry kept, String sha256) throws IOException {
    for (String name : kept.names()) {
      for (String version : kept.versions(name)) {
        if (version.endsWith('-' + sha256.substring(0, 8))) {
          ModelMetadata metadata = kept.metadata(name, version);
          if (metadata.sha256().equals(sha256)) {
            Model model = kept.load(name, version).model();
            models.put(sha256, model);
            return model;
          }
        }
      }
    }
    return null;
  }

  private void readResults() throws IOException {
    resultsRead = true;
    new ResultFolder(output.resolve(Sinks.MODELS))
        .forEach(
            row -> {
              byte[] bytes = row.required("model_base64").binaryValue();
              models.computeIfAbsent(ModelCodec.sha256(bytes), unknown -> ModelCodec.decode(bytes));
            });
  }
}
