// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import static io.caddis.fuzz.Target.require;

import io.caddis.jobs.spec.InvalidSpecException;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.jobs.spec.SpecLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Pipeline specifications. They are refused as documented, with an origin and a reason; what is
 * taken is the same as JSON, which is YAML too.
 */
final class SpecTarget implements Target {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file = temporary();

  private static Path temporary() {
    try {
      Path file = Files.createTempFile("caddis-fuzz", ".yaml");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
            """
            name: demo
            source: {type: files, path: /tmp/in, continuous: true, poll-interval: 200 ms}
            fields: {time: t, key: sensor, group: mode}
            features:
              - {name: temperature, min: -40, max: 120}
              - {name: mode, encoding: category}
            derived: [interval, "delta(temperature)", "std(temperature,16)"]
            training: {window: tumbling, size: 10min, scope: group, sample-rows: 1000}
            detector: {name: isolation_forest, parameters: {trees: 50}}
            threshold: {method: contamination, value: 0.01}
            """,
            "source: {type: simulator, sensors: 5}\ndetector: {name: auto}\nname: ${L}\n",
            "{\"source\": {\"path\": \"in\"}, \"triage\": {\"quiet-period\": \"5min\"}}",
            """
            source: {type: kafka, kafka: {topics: [a], max-drift: 2 h}}
            kafka: {bootstrap-servers: "localhost:9092"}
            quality: {features: [{name: x, min: 0, max-per-second: 2}], drift: {method: adwin}}
            features: &f [{name: x}]
            promotion: {challengers: report, trial: 1 h}
            """)
        .stream()
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public void read(byte[] input) throws IOException {
    PipelineSpec spec = load(input);
    String text = new String(input, StandardCharsets.UTF_8);
    if (spec == null || text.contains("${")) {
      return;
    }
    byte[] json;
    try {
      json = JSON.writeValueAsBytes(YAML.readTree(text));
    } catch (JacksonException e) {
      throw new AssertionError("what was taken must be YAML", e);
    }
    // An empty file is no tree, and stands for the defaults.
    PipelineSpec again = load(json.length == 0 ? input : json);
    require(spec.equals(again), "as JSON it must be %s, was %s", spec, String.valueOf(again));
  }

  private @Nullable PipelineSpec load(byte[] input) throws IOException {
    Files.write(file, input);
    try {
      return new SpecLoader(name -> null).file(file).load();
    } catch (InvalidSpecException e) {
      e.problems()
          .forEach(problem -> require(!problem.message().isBlank(), "a problem must say what"));
      return null;
    }
  }
}
