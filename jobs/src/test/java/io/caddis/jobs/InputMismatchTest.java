// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.parse.RecordLayout;
import io.caddis.jobs.spec.SpecLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code detect} says when options and input do not fit; nothing runs. */
class InputMismatchTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --time=when | a time column must be one of [when], found only [ts, sensor, x, y] in INPUT; name it with --time COL
          --key=machine | the key column 'machine' must exist; name another with --key COL
          --group=site | the group field 'site' must be one of the columns read, [x, y]; name another with --group COL, or add it to features
          --set=features=[{name: z}] | features must name columns of the input, was [z], found only [x, y]
          --set=detector={name: isolation_forest, parameters: {trees: many}} | detector.parameters: trees must be a whole number, was 'many'
          --set=detector={name: isolation_forest, parameters: {tree: 5}} | detector.parameters: parameter must be known to detector isolation_forest, was 'tree' (it has extension_level, max_samples, n_estimators, trees)
          --set=detector={name: mewma, parameters: {warm_up: 3}} | detector.parameters: warm_up must be 50 to 100000, was 3
          --detector=mewma --contamination=0.1 | threshold.method must be fixed, was contamination: the detector mewma learns from each reading of a sensor, and sets its boundary itself
          --detector=t2q --scope=global | training.scope must be sensor, was global: the detector t2q learns from each reading of a sensor, and sets its boundary itself
          --detector=univariate --train-rows=100 | training.window must be growing, was count: the detector univariate learns from each reading of a sensor, and sets its boundary itself
          --set=source.type=socket | features must be given for a socket source: what it will send cannot be looked at
          --set=source.type=kafka --set=source.kafka.topics=[t] --set=kafka.bootstrap-servers=localhost:1 | features must be given for a kafka source: what it will send cannot be looked at
          """)
  void problemIsNamedInOneLine(String option, String problem) throws IOException {
    Path input = Files.writeString(directory.resolve("a.csv"), "ts,sensor,x,y\n1,s,1,2\n");
    assertRefused(problem.replace("INPUT", input.toString()), input, option);
  }

  @Test
  void emptyDirectoryCanBeWatchedWhenNothingIsLeftToFind() throws IOException {
    Path input = Files.createDirectory(directory.resolve("in"));
    assertRefused(
        "features, fields.time and fields.key must be given while the input directory is empty:"
            + " there is no file to find them in",
        input,
        "--continuous");

    SpecLoader loader = new SpecLoader(name -> null);
    loader.set("source.path", input.toString(), "--input");
    loader.set("source.continuous", "true", "--continuous");
    loader.set("sink.directory", directory.resolve("out").toString(), "--output");
    loader.set("features", "[{name: x}]", "--set");
    loader.set("fields.time", "ts", "--time");
    loader.set("fields.key", "sensor", "--key");
    RecordLayout layout = InputLayout.of(loader.load());
    assertThat(layout.keyField()).isEqualTo("sensor");
    assertThat(layout.columns()).hasSize(1);
  }

  private void assertRefused(String problem, Path input, String option) {
    Path output = directory.resolve("out");
    List<String> args =
        new ArrayList<>(List.of("detect", "--input", "" + input, "--output", "" + output));
    args.addAll(List.of(option.split(" (?=--)")));
    CommandRun run = CommandRun.of(new DetectionJob(), args.toArray(String[]::new));
    assertThat(run.err().lines()).containsExactly(problem, "Try 'caddis detect --help' for more.");
    assertThat(run.status()).isEqualTo(2);
  }
}
