// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.feature.Encoding;
import io.caddis.jobs.spec.PipelineSpec.FeatureSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecLoaderTest {
  private static final String RUNNABLE =
      """
      source: {path: in}
      sink: {directory: out}
      """;

  @TempDir Path directory;

  @Test
  void fileOverridesDefaultsAndOptionsOverrideTheFile() throws IOException {
    PipelineSpec spec =
        loader(RUNNABLE + "training:\n  size: 100\n  seed: 7\n")
            .set("training.size", "200", "--set")
            .load();
    assertThat(spec.training().rows()).isEqualTo(200);
    assertThat(spec.training().seed()).isEqualTo(7);
    assertThat(spec.training().sampleRows()).isEqualTo(10_000);
  }

  @Test
  void everyKindOfKeyCanBeSetFromTheCommandLine() throws IOException {
    PipelineSpec spec =
        loader(RUNNABLE)
            .set("name", "12", "--set")
            .set("training.window", "sliding", "--set")
            .set("training.size", "1h", "--set")
            .set("training.slide", "PT15M", "--set")
            .set("deduplicate", "true", "--set")
            .set("fields.key", "null", "--set")
            .set("features", "[{name: a}, {name: b, encoding: onehot}]", "--set")
            .set("calendar", "[hour]", "--set")
            .set("detector.parameters.trees", "200", "--set")
            .load();
    assertThat(spec.name()).isEqualTo("12");
    assertThat(spec.training().duration()).isEqualTo(Duration.ofHours(1));
    assertThat(spec.training().slide()).isEqualTo(Duration.ofMinutes(15));
    assertThat(spec.training().once()).isFalse();
    assertThat(spec.deduplicate()).isTrue();
    assertThat(spec.fields().key()).isNull();
    assertThat(spec.features())
        .containsExactly(
            new FeatureSpec("a", Encoding.NUMERIC, null, null),
            new FeatureSpec("b", Encoding.ONEHOT, null, null));
    assertThat(spec.calendar()).containsExactly(PipelineSpec.Calendar.HOUR);
    assertThat(spec.detector().parameters()).isEqualTo(Map.of("trees", 200));
  }

  @Test
  void environmentVariablesAreSubstitutedWithTheTypeOfTheirKey() throws IOException {
    Path file =
        write(
            """
            name: a-${SITE}-$${x}
            source: {path: in, port: '${PORT}'}
            sink: {directory: out}
            """);
    PipelineSpec spec =
        new SpecLoader(Map.of("SITE", "north", "PORT", "4711")::get).file(file).load();
    assertThat(spec.name()).isEqualTo("a-north-${x}");
    assertThat(spec.source().port()).isEqualTo(4711);
  }

  @Test
  void unsetEnvironmentVariableIsNamed() throws IOException {
    refusal(RUNNABLE + "name: ${SITE}\n")
        .isEqualTo(
            "pipeline.yaml:3: name refers to the environment variable SITE, which is not set. "
                + "Set it, or write $${ for a plain ${");
  }

  @Test
  void sectionWithoutKeysMeansItsDefaults() throws IOException {
    assertThat(loader(RUNNABLE + "training:\n").load().training().rows()).isEqualTo(128);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          trainig: {}                  | trainig is not a key. Did you mean 'training'?
          training: {sample_rows: 5}   | training.sample_rows is not a key. Did you mean 'sample-rows'?
          sink2: {}                    | sink2 is not a key. Did you mean 'sink'?
          state: {whatever: 1}         | state.whatever is not a key. Keys here are: ttl
          training: 5                  | training must be a group of keys, was 5
          training: {seed: soon}       | training.seed must be a whole number from -9223372036854775808 to 9223372036854775807, was "soon"
          training: {min-rows: 1}      | training.min-rows must be a whole number from 2 to 1000000, was 1
          parallelism: 0               | parallelism must be a whole number from 1 to 128, was 0
          parallelism: 1.5             | parallelism must be a whole number from 1 to 128, was 1.5
          name: ''                     | name must be a text of 1 to 100 characters, was ""
          deduplicate: maybe           | deduplicate must be true or false, was "maybe"
          calendar: [hour, month]      | calendar[1] must be one of hour, dayofweek, was "month"
          calendar: hour               | calendar must be a list, was "hour"
          derived: [lag(a)]            | derived[0] must be like interval or delta(temperature) or mean(temperature,12), was "lag(a)"
          detector: {name: izolation_forest} | detector.name must be one of auto, isolation_forest, zscore, iqr, mcd, knn, local_outlier_factor, ensemble, kmeans, hbos, half_space_trees, one_class_svm, autoencoder, extended_isolation_forest, random_cut_forest, univariate, mewma, t2q, stream_knn, was "izolation_forest". Did you mean 'isolation_forest'?
          detector: {parameters: {trees: [1]}} | detector.parameters.trees must be a number or a text or true or false, was [1]
          time: {idleness: soon}       | time.idleness must be like 5 s or 10 min or 1 d or PT5S, was "soon"
          time: {idleness: 5}          | time.idleness must be like 5 s or 10 min or 1 d or PT5S, was 5
          time: {idleness: 0 s}        | time.idleness must be positive, was "0 s"
          source: {path: in, start: 2026-02-30T00:00:00Z} | source.start must be a date that exists, was "2026-02-30T00:00:00Z"
          source: {path: 's3://a b'}   | source.path must be a path or a URI, was "s3://a b"
          control: {registry: 's3://a b'} | control.registry must be a path or a URI, was "s3://a b"
          features: [{encoding: label}] | features[0].name must be given
          features: [{name: a}, {name: a}] | features[1].name must differ from the others, was 'a'
          features: [{name: a, encoding: label, min: 1}] | features[0] has min or max, which are for numeric features only, encoding was "label"
          features: [{name: a, min: 2, max: 1}] | features[0].min must be at most max, 1, was 2
          fields: {time: t, key: t}    | fields.key must be another field than fields.time, was "t"
          training: {size: 1 h}        | training.size must be a number of readings for growing windows, was "1 h". For a duration set training.window to tumbling or sliding
          training: {size: 31}         | training.size must be at least training.min-rows, 32, or no model is ever trained, was 31
          training: {window: tumbling} | training.size must be a duration for tumbling windows, was 128. For a number of readings set training.window to count
          training: {update: incremental} | training.update must be refit for growing windows, which hold readings more than once. For incremental set training.window to tumbling or count
          training: {window: sliding, size: 1 h, slide: 1 min, update: incremental} | training.update must be refit for sliding windows, which hold readings more than once. For incremental set training.window to tumbling or count
          training: {window: tumbling, size: 0 s} | training.size must be positive, was "0 s"
          training: {window: sliding, size: 1 h} | training.slide must be given for sliding windows, for example 15 min
          training: {window: sliding, size: 1 h, slide: 2 h} | training.slide must be at most training.size, "1 h", was "2 h"
          training: {slide: 2 h}       | training.slide is for sliding windows only, training.window was "growing". Remove it, or set training.window to sliding
          training: {retrain: on-drift, once: true} | training.retrain must be every-window with training.once, which trains one model only
          training: {retrain: on-drift, window: tumbling, size: 1 h, update: incremental} | training.retrain must be every-window with training.update incremental, which learns from all of them
          training: {max-interval: 1 d} | training.max-interval is for training.retrain on-drift only. Remove it: every window trains
          training: {retrain: on-drift, min-interval: 2 h, max-interval: 1 h} | training.min-interval must be at most training.max-interval, "1 h", was "2 h"
          training: {min-interval: 0 s} | training.min-interval must be positive, was "0 s"
          training: {sample-rows: 5}   | training.sample-rows must be at least training.min-rows, 32, was 5
          threshold: {value: 0.6}      | threshold.value must be above 0 and at most 0.5 for contamination, was 0.6
          threshold: {method: percentile, value: 100} | threshold.value must be above 0 and below 100 for percentile, was 100
          threshold: {method: std, value: 0} | threshold.value must be above 0 for std, was 0
          threshold: {method: spot, value: 0.1} | threshold.value must be above 0 and at most 0.05 for spot, was 0.1
          triage: {high: 0.95}         | triage.critical must be at least triage.high, 0.95, was 0.9
          quality: {gap: 0 s}          | quality.gap must be positive, was "0 s"
          quality: {checks: [stuck]}   | quality.checks[0] must be one of flatline, gap, spike, rate, range, learned-range, was "stuck"
          quality: {drift: {method: adwim}} | quality.drift.method must be one of none, adwin, page-hinkley, was "adwim". Did you mean 'adwin'?
          quality: {drift: {change: 0}} | quality.drift.change must be a number from 0.001 to 1, was 0
          quality: {features: [{name: a, min: 2, max: 1}]} | quality.features[0].min must be at most max, 1, was 2
          quality: {features: [{name: a}, {name: a}]} | quality.features[1].name must differ from the others, was 'a'
          threshold: {method: fixed, value: 1.1} | threshold.value must be from 0 to 1 for fixed, was 1.1
          """)
  void mistakesAreNamedWithTheirRemedy(String yaml, String problem) throws IOException {
    refusal(
            yaml.startsWith("source")
                ? "sink: {directory: out}\n\n" + yaml + "\n"
                : RUNNABLE + yaml + "\n")
        .isEqualTo("pipeline.yaml:3: " + problem);
  }

  @Test
  void alertsAreNotBothCorrectedAndWatchedOver() throws IOException {
    refusal(RUNNABLE + "promotion: {watch: 1 h}\ntime: {late-retention: 1 h}\n")
        .isEqualTo(
            "pipeline.yaml:4: time.late-retention must be 0 s with promotion.watch, which retracts"
                + " alerts by a reckoning of its own, was \"1 h\"");
  }

  @Test
  void mistakesInvolvingSeveralKeysAreLocatedAtTheOneToChange() throws IOException {
    refusal(RUNNABLE + "features: [{name: a}]\nderived: [delta(b)]\n")
        .isEqualTo(
            "pipeline.yaml:4: derived[0] must be derived from one of features, was \"delta(b)\"");
    refusal(RUNNABLE + "training: {scope: group}\n")
        .isEqualTo(
            "pipeline.yaml: fields.group must be given for training.scope group: "
                + "the field that names the group (--group COL)");
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() throws IOException {
    assertThatThrownBy(
            () ->
                loader("trainig: {}\nthreshold:\n  method: contamintion\n  value: 95\n")
                    .set("triage.quiet-reading", "1", "--set")
                    .set("time.idleness", "soon", "--set")
                    .load())
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            e ->
                assertThat(e.problems())
                    .extracting(SpecProblem::path)
                    .as("no word about 95, whose range depends on the unknown method")
                    .containsExactlyInAnyOrder(
                        "triage.quiet-reading",
                        "trainig",
                        "threshold.method",
                        "time.idleness",
                        "sink.directory",
                        "source.path"))
        .hasMessageContaining("--set: triage.quiet-reading is not a key. Did you mean")
        .hasMessageContaining("--set: time.idleness must be like");
  }

  @Test
  void brokenYamlIsLocated() throws IOException {
    refusal("a: 1\nb: [1, 2\nc: 3\n").startsWith("pipeline.yaml:3: must be YAML: ");
    refusal("name: a\nname: b\n")
        .startsWith("pipeline.yaml:2: must be YAML: ")
        .contains("uplicate");
    refusal("- a\n").startsWith("pipeline.yaml: must hold keys and values, was [\"a\"]");
  }

  @Test
  void missingFileIsNamed() {
    Path missing = directory.resolve("missing.yaml");
    assertThatThrownBy(() -> new SpecLoader(name -> null).file(missing).load())
        .isInstanceOfSatisfying(
            InvalidSpecException.class,
            e ->
                assertThat(e.problems())
                    .first()
                    .hasToString(missing + ": the file does not exist"));
  }

  @Test
  void emptyFileMeansAllDefaults() throws IOException {
    assertThat(
            loader("# nothing yet\n")
                .set("source.path", "in", "--input")
                .set("sink.directory", "out", "--output")
                .load()
                .features())
        .isEqualTo(List.of());
  }

  private AbstractStringAssert<?> refusal(String yaml) throws IOException {
    SpecLoader loader = loader(yaml);
    try {
      loader.load();
    } catch (InvalidSpecException e) {
      return assertThat(e.problems().get(0).toString().replace(directory + "/", ""));
    }
    throw new AssertionError("accepted: " + yaml);
  }

  private SpecLoader loader(String yaml) throws IOException {
    return new SpecLoader(name -> null).file(write(yaml));
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(directory.resolve("pipeline.yaml"), yaml);
  }
}
