// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.parse.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

class PipelineSpecTest {
  /** Every key, each with a value other than its default. */
  private static final String FULL =
      """
      name: pumps
      source:
        type: simulator
        path: in
        continuous: true
        poll-interval: 2 s
        host: example.org
        port: 1234
        sensors: 3
        rate: 0.5
        count: 4
        seed: 5
        start: 2026-02-03T04:05:06.007Z
        kafka:
          topics:
          - readings
          group: pumps
          start: 2026-01-01T00:00:00Z
          format: csv
          max-drift: 2 h
        mqtt:
          uri: mqtts://broker
          topics:
          - plant/a
          format: csv
          key: topic
          client-id: pumps
          session-expiry: 2 h
          receive-maximum: 100
          properties: mqtt.properties
      kafka:
        bootstrap-servers: broker:9092
        properties: client.properties
      fields:
        time: at
        key: pump
        default-key: unknown
        group: hall
      features:
      - name: flow
        encoding: numeric
        min: -1.5
        max: 1000000.0
      - name: mode
        encoding: onehot
        min: null
        max: null
      derived:
      - interval
      - "mean(flow,12)"
      calendar:
      - hour
      - dayofweek
      time:
        out-of-orderness: 1 ms
        idleness: 11 s
        max-future: 6 min
        max-jump: 2 d
        alignment: event-time
        late-retention: 0 s
      quality:
        checks:
        - gap
        - learned-range
        flatline: 10 min
        gap: 2 min
        spike: 8.0
        features:
        - name: flow
          min: 0.0
          max: null
          max-per-second: 2.5
        drift:
          method: page-hinkley
          change: 0.25
      training:
        window: sliding
        size: 1 h
        slide: 1 h
        scope: group
        once: true
        sample-rows: 5000
        min-rows: 64
        max-missing: 0.5
        seed: 43
        update: incremental
        adopt-new-features: false
        flagged: train
        retrain: every-window
        min-interval: 10 min
        max-interval: null
      promotion:
        max-drift: 0.25
        max-increase: 0.2
        max-decrease: 0.75
        watch: 15 min
        canary: 0.1
        challengers: promote
        trial: 2 h
        min-gain: 0.05
      detector:
        name: zscore
        parameters:
          depth: 8
          mode: fast
          robust: true
        scaling: standard
      threshold:
        method: percentile
        value: 99.5
      triage:
        quiet-readings: 5
        quiet-period: 1 min
        medium: 0.4
        high: 0.6
        critical: 0.95
      state:
        ttl: 1 d
      sink:
        directory: out
        readings: true
        kafka:
          scores: s
          alerts: a
          dead-letters: d
          late: l
          quality: q
          models: m
          control: c
          delivery: at-least-once
          transactional-id-prefix: pumps
          transaction-timeout: 1 min
      control:
        directory: commands
        topic: null
        poll-interval: 2 s
        registry: models
      registry:
        directory: models
        name: pump
      archive: alerts
      deduplicate: true
      limits:
        line-bytes: 1000
        dead-letter-bytes: 100
        number-chars: 10
        text-chars: 20
        key-chars: 30
        fields: 40
        depth: 5
      parallelism: 2
      """;

  @TempDir Path directory;

  @Test
  void everyKeyIsMappedAndWrittenBack() throws Exception {
    assertThat(load(FULL).toYaml()).isEqualTo(FULL);
    SpecSchema schema = new SpecSchema();
    JsonNode full = YAMLMapper.shared().readTree(FULL);
    JsonNode defaults = defaults().tree();
    // Each excludes another key: a folder of commands, the watch of models, updates and once.
    List<String> excluded =
        List.of(
            "control.topic", "time.late-retention", "training.retrain", "training.max-interval");
    assertThat(full.at("/control").has("topic")).isTrue();
    assertThat(schema.paths())
        .containsAll(excluded)
        .filteredOn(path -> !excluded.contains(path))
        .allSatisfy(
            path -> {
              String pointer = "/" + path.replace('.', '/');
              assertThat(full.at(pointer).isMissingNode()).as("%s is set", path).isFalse();
              assertThat(full.at(pointer)).as(path).isNotEqualTo(defaults.at(pointer));
            });
  }

  @Test
  void defaultsAreThoseOfTheZeroConfigRun() throws Exception {
    PipelineSpec spec = defaults().spec();
    assertThat(spec.source().bounded()).isTrue();
    assertThat(spec.training().window()).isEqualTo(PipelineSpec.Window.GROWING);
    assertThat(spec.training().rows()).isEqualTo(128);
    assertThat(spec.training().once()).isFalse();
    assertThat(spec.training().scope()).isEqualTo(PipelineSpec.Scope.SENSOR);
    assertThat(spec.detector().name()).isEqualTo("auto");
    assertThat(spec.time())
        .isEqualTo(
            new PipelineSpec.Time(
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofMinutes(5),
                Duration.ofDays(1),
                PipelineSpec.Alignment.IMMEDIATE,
                Duration.ZERO));
    assertThat(spec.limits()).isEqualTo(Limits.DEFAULT);
    assertThat(spec.parallelism()).isNull();
  }

  @Test
  void versionDependsOnWhatDecidesAVerdictOnly() throws Exception {
    String version = load(FULL).version();
    assertThat(version).matches("[0-9a-f]{12}");
    assertThat(load(FULL.replace("path: in", "path: elsewhere")).version()).isEqualTo(version);
    assertThat(load(FULL.replace("directory: out", "directory: b")).version()).isEqualTo(version);
    assertThat(load(FULL.replace("registry: models", "registry: b")).version()).isEqualTo(version);
    assertThat(load(FULL.replace("parallelism: 2", "parallelism: 1")).version()).isEqualTo(version);
    assertThat(load(FULL.replace("slide: 1 h", "slide: 60 min")).version()).isEqualTo(version);
    assertThat(load(FULL.replace("seed: 43", "seed: 44")).version()).isNotEqualTo(version);
    assertThat(load(FULL.replace("depth: 8", "depth: 9")).version()).isNotEqualTo(version);
  }

  @Test
  void writtenSpecificationReadsBackTheSame() throws Exception {
    PipelineSpec spec = defaults().spec();
    assertThat(load(spec.toYaml())).isEqualTo(spec);
    PipelineSpec once = load(FULL.replace("mode: fast", "mode: '2'"));
    assertThat(once.training().once()).isTrue();
    assertThat(load(once.toYaml())).isEqualTo(once);
  }

  private record Defaults(PipelineSpec spec, JsonNode tree) {}

  private Defaults defaults() throws Exception {
    PipelineSpec spec = load("source: {path: p}\nsink: {directory: d}\n");
    return new Defaults(spec, SpecMapper.tree(spec));
  }

  private PipelineSpec load(String yaml) throws Exception {
    Path file = Files.writeString(directory.resolve("pipeline.yaml"), yaml);
    return new SpecLoader(name -> null).file(file).load();
  }
}
