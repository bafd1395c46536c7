// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.jobs.registry.Registries;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.operators.ModelUpdate;
import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a job's models go in a registry, and what is said of them there.
 *
 * @param directory of the registry
 * @param name of the model; of each group's or sensor's, the beginning
 * @param byGroup whether each group or sensor has a model
 * @param dataSource what the job reads, for a person
 * @param configVersion of the specification
 */
public record RegistryTarget(
    String directory,
    String name,
    boolean byGroup,
    String dataSource,
    HashMap<String, Object> parameters,
    @Nullable String timeField,
    @Nullable String keyField,
    List<String> calendar,
    String configVersion)
    implements Serializable {
  /**
   * The target of a specification that has a registry.
   *
   * @param directory of the registry
   */
  public static RegistryTarget of(PipelineSpec spec, RecordLayout layout, String directory) {
    String path = spec.source().path();
    String name = spec.registry().name();
    if (name == null) {
      throw new IllegalArgumentException("registry.name must be given");
    }
    return new RegistryTarget(
        directory,
        name,
        spec.training().scope() != PipelineSpec.Scope.GLOBAL,
        "%s: %s"
            .formatted(
                spec.name(),
                path == null ? spec.source().type().name().toLowerCase(Locale.ROOT) : path),
        new HashMap<>(spec.detector().parameters()),
        layout.timeField(),
        layout.keyField(),
        spec.calendar().stream().map(c -> c.name().toLowerCase(Locale.ROOT)).toList(),
        spec.version());
  }

  ModelRegistry open() throws IOException {
    return Registries.open(directory);
  }

  /** Adds a model as a version, unless it is one. */
  void publish(ModelRegistry registry, ModelUpdate model) throws IOException {
    registry.publishOnce(
        nameOf(model.group()),
        Instant.ofEpochMilli(model.trainTo()),
        model.bytes(),
        new ModelMetadata.Training(
            dataSource,
            parameters,
            timeField,
            keyField,
            calendar,
            Instant.ofEpochMilli(model.trainFrom()),
            Instant.ofEpochMilli(model.trainTo()),
            model.rowsSeen(),
            Map.of(),
            byGroup ? model.group() : null,
            configVersion,
            model.trainedBecause()));
  }

  /** Notes that a model was rolled back, if it is a version here. */
  void withdraw(ModelRegistry registry, ModelUpdate model) throws IOException {
    String name = nameOf(model.group());
    for (String version : registry.versions(name)) {
      if (version.endsWith('-' + model.sha256().substring(0, 8))) {
        registry.withdraw(name, version);
      }
    }
  }

  /** The registry's name of a group's model. */
  String nameOf(String group) {
    return byGroup ? ModelMetadata.nameOf(name, group) : name;
  }
}
