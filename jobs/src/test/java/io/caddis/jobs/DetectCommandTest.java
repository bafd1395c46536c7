// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DetectCommandTest {
  @TempDir Path directory;

  private Path input;
  private Path output;

  @BeforeEach
  void makeInput() throws IOException {
    input = Files.createDirectory(directory.resolve("in"));
    Files.writeString(input.resolve("a.csv"), "timestamp,value\n2026-01-01T00:00:00Z,1\n");
    output = directory.resolve("out");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --detector forest | --detector: detector.name must be one of auto, isolation_forest, zscore, iqr, mcd, knn, local_outlier_factor, ensemble, kmeans, hbos, half_space_trees, one_class_svm, autoencoder, extended_isolation_forest, random_cut_forest, univariate, mewma, t2q, stream_knn, was "forest"
          --train-rows 100 --train-window 1h | --train-rows and --train-window must not be given together: choose one
          --train-rows 100 --train-slide 1h | --train-rows and --train-slide must not be given together: choose one
          --contamination 0.1 --threshold std:3 | --contamination and --threshold must not be given together: choose one
          --contamination 0.6 | --contamination: threshold.value must be above 0 and at most 0.5 for contamination, was 0.6
          --contamination 0 | --contamination: threshold.value must be above 0 and at most 0.5 for contamination, was 0
          --contamination high | --contamination: threshold.value must be a number, was "high"
          --threshold 3 | --threshold must be METHOD:VALUE, e.g. std:3, was '3'
          --threshold stdd:3 | --threshold: threshold.method must be one of contamination, percentile, std, fixed, spot, raw, was "stdd". Did you mean 'std'?
          --train-rows many | --train-rows: training.size must be like 400 or 1 h, was "many"
          --train-rows 10 | --train-rows: training.size must be at least training.min-rows, 32, or no model is ever trained, was 10
          --train-rows 1h | --train-rows: training.size must be a number of readings for count windows, was "1h". For a duration set training.window to tumbling or sliding
          --train-window 400 | --train-window: training.size must be a duration for tumbling windows, was 400. For a number of readings set training.window to count
          --train-window 1h --train-slide 2h | --train-slide: training.slide must be at most training.size, "1h", was "2h"
          --scope group | fields.group must be given for training.scope group: the field that names the group (--group COL)
          --scope pump | --scope: training.scope must be one of sensor, global, group, was "pump"
          --parallelism 0 | --parallelism: parallelism must be a whole number from 1 to 128, was 0
          --seed x | --seed: training.seed must be a whole number from -9223372036854775808 to 9223372036854775807, was "x"
          --alignment none | --alignment: time.alignment must be one of immediate, event-time, was "none"
          --scope plant | --scope: training.scope must be one of sensor, global, group, was "plant"
          --continuous --deduplicate | --deduplicate: deduplicate must be false in a streaming run unless time.alignment is event-time (--alignment event-time)
          --alignment late | --alignment: time.alignment must be one of immediate, event-time, was "late"
          --set training.sise=1 | --set: training.sise is not a key. Did you mean 'training.size'?
          --set whatever | --set must be KEY=VALUE, was 'whatever'
          --state-backend disk | Invalid value for option '--state-backend': expected one of [HASHMAP, ROCKSDB] (case-insensitive) but was 'disk'
          --detektor iqr | Unknown options: '--detektor', 'iqr'
          """)
  void wrongOptionsAreNamedInOneLine(String options, String problem) {
    CommandRun run = detect(options.split(" "));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).first().isEqualTo(problem);
    assertThat(run.err()).doesNotContain("\tat ", "Exception");
  }

  @Test
  void missingInputAndOutputAreBothNamed() {
    CommandRun run = CommandRun.of(DetectCommandTest::nothing, "detect");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err().lines())
        .containsExactly(
            "source.path must be given: the file or directory to read (--input PATH)",
            "sink.directory must be given: where the results go (--output DIR)");
  }

  @Test
  void inputThatIsNotThereIsNamed() {
    Path missing = directory.resolve("missing");
    assertRefused("--input must be an existing file or directory, was " + missing, missing, output);
  }

  @Test
  void directoryWithoutInputFilesIsRefusedUnlessFilesWillCome() throws IOException {
    Files.move(input.resolve("a.csv"), input.resolve(".a.csv"));
    assertRefused(
        "--input must hold at least one file whose name does not start with '.' or '_', was "
            + input
            + ". To wait for files to come, add --continuous",
        input,
        output);
  }

  @Test
  void singleFileCannotBeWatched() {
    Path file = input.resolve("a.csv");
    assertRefused(
        "--input must be a directory with --continuous, was the file " + file,
        file,
        output,
        "--continuous");
  }

  @Test
  void outputWithinTheInputIsRefused() {
    Path within = input.resolve("out");
    assertRefused(
        "--output must lie outside --input, was "
            + within
            + " in "
            + input
            + ": the results would be read as input. Choose a directory beside it",
        input,
        within);
  }

  @Test
  void inputAmongTheResultsIsRefusedEvenToOverwrite() throws IOException {
    Path scores = Files.createDirectories(output.resolve("scores"));
    Path file = Files.writeString(scores.resolve("scores-1.jsonl"), "{}\n");
    assertRefused(
        "--input must lie outside the results in --output, was "
            + scores
            + " in "
            + scores
            + ". Choose another output directory",
        scores,
        output,
        "--overwrite");
    assertThat(file).exists();
  }

  @Test
  void outputThatIsAFileIsRefused() throws IOException {
    Files.writeString(output, "");
    assertRefused(
        "--output must be a directory, was a file: " + output, input, output, "--overwrite");
  }

  @Test
  void outputThatCannotBeMadeIsRefusedWithTheReason() throws IOException {
    Path below = Files.writeString(output, "").resolve("out");
    assertRefused(
        "--output must be where a directory can be made, was " + below + ": Not a directory",
        input,
        below);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"alerts", "readings", "choices", "challenger", "timings", "control", "archive"})
  void resultsOfAnotherRunAreNeitherMixedNorReplacedUnasked(String folder) throws IOException {
    Path earlier = Files.createDirectories(output.resolve(folder)).resolve("part-1.jsonl");
    Files.writeString(earlier, "{}\n");
    assertRefused(
        "--output must not hold results of another run, was "
            + output
            + " with "
            + folder
            + "/ in it. Choose another directory, or add --overwrite to replace them",
        input,
        output);
    assertThat(earlier).exists();
  }

  @Test
  void outputElsewhereNeedsACluster() {
    CommandRun run =
        CommandRun.of(
            DetectCommandTest::nothing,
            "detect",
            "--input",
            input.toString(),
            "--output",
            "s3://bucket/out");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err().lines())
        .first()
        .isEqualTo(
            "--output must be a directory of this machine when there is no cluster, was "
                + "s3://bucket/out");
  }

  @Test
  void pipelineThatDoesNotFitTheInputIsAUsageError() {
    CommandRun run =
        CommandRun.of(
            (env, spec) -> {
              throw new IllegalArgumentException("no column looks like a time: use --time COL");
            },
            "detect",
            "--input",
            input.toString(),
            "--output",
            output.toString());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .isEqualToNormalizingNewlines(
            "no column looks like a time: use --time COL\n"
                + "Try 'caddis detect --help' for more.\n");
  }

  @Test
  void effectiveSpecificationIsPrinted() {
    CommandRun run =
        detect(
            "--print-config",
            "--group",
            "hall",
            "--train-window",
            "2h",
            "--train-slide",
            "30min",
            "--threshold",
            "percentile:99",
            "--deduplicate",
            "--set",
            "calendar=[hour]");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains(
            "window: sliding\n  size: 2h\n  slide: 30 min\n  scope: group\n  once: false\n",
            "method: percentile\n  value: 99.0\n",
            "group: hall\n",
            "calendar:\n- hour\n",
            "deduplicate: true\n",
            "path: " + input + "\n");
    assertThat(output).as("nothing runs").doesNotExist();
  }

  @Test
  void fileIsValidatedWithoutRunning() throws IOException {
    Path config = directory.resolve("pipeline.yaml");
    Files.writeString(config, "source: {path: in}\nsink: {directory: out}\n");
    CommandRun run =
        CommandRun.of(
            DetectCommandTest::nothing, "detect", "--config", config.toString(), "--validate-only");
    assertThat(run.status()).isZero();
    assertThat(run.out()).matches("valid, configuration version [0-9a-f]{12}\\R");

    Files.writeString(config, "source: {pth: in}\nsink: {directory: out}\nname: 5\n");
    CommandRun refused =
        CommandRun.of(
            DetectCommandTest::nothing, "detect", "--config", config.toString(), "--validate-only");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err().lines())
        .containsExactlyInAnyOrder(
            config + ":1: source.pth is not a key. Did you mean 'path'?",
            config + ":3: name must be a text of 1 to 100 characters, was 5",
            config + ":1: source.path must be given: the file or directory to read (--input PATH)");
  }

  @Test
  void schemaIsPublished() {
    CommandRun run = CommandRun.of(DetectCommandTest::nothing, "detect", "--print-schema");
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("\"$schema\": \"https://json-schema.org/draft/2020-12/schema\"");
  }

  @Test
  void everyCommandExplainsItself() {
    Caddis.commandLine(DetectCommandTest::nothing)
        .getSubcommands()
        .forEach(
            (name, command) -> {
              CommandRun run = CommandRun.of(DetectCommandTest::nothing, name, "--help");
              assertThat(run.status()).as(name).isZero();
              assertThat(run.out()).as(name).startsWith("Usage: caddis " + name);
              command
                  .getSubcommands()
                  .keySet()
                  .forEach(
                      action ->
                          assertThat(
                                  CommandRun.of(DetectCommandTest::nothing, name, action, "--help")
                                      .out())
                              .startsWith("Usage: caddis " + name + " " + action));
            });
  }

  @Test
  void helpVersionAndMissingCommandSayWhatToDo() {
    assertThat(CommandRun.of(DetectCommandTest::nothing, "detect", "--help").out())
        .contains("--train-window", "Exit status");
    assertThat(CommandRun.of(DetectCommandTest::nothing, "--version").out()).startsWith("caddis ");
    CommandRun none = CommandRun.of(DetectCommandTest::nothing);
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err())
        .isEqualToNormalizingNewlines("a command must be given\nTry 'caddis --help' for more.\n");
    CommandRun typo = CommandRun.of(DetectCommandTest::nothing, "detct");
    assertThat(typo.status()).isEqualTo(2);
    assertThat(typo.err()).contains("Unmatched argument", "Did you mean", "detect");
  }

  private void assertRefused(String problem, Path input, Path output, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("detect", "--input", input.toString(), "--output", output.toString()));
    args.addAll(List.of(more));
    CommandRun run = CommandRun.of(DetectCommandTest::nothing, args.toArray(String[]::new));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err().lines()).containsExactly(problem, "Try 'caddis detect --help' for more.");
  }

  private CommandRun detect(String... options) {
    List<String> args =
        new ArrayList<>(
            List.of("detect", "--input", input.toString(), "--output", output.toString()));
    args.addAll(List.of(options));
    return CommandRun.of(DetectCommandTest::nothing, args.toArray(String[]::new));
  }

  private static void nothing(Object env, Object spec) {
    throw new AssertionError("nothing must run");
  }
}
