// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train}, {@code score} and {@code models}, one after the other as a user runs them. */
class ModelCommandsTest {
  @TempDir Path folder;

  private Path input;

  @BeforeEach
  void writeInput() throws IOException {
    StringBuilder csv = new StringBuilder("timestamp,sensor,a,b,label\n");
    for (int i = 0; i < 400; i++) {
      csv.append("2026-01-01T%02d:%02d:00Z,s%d,".formatted(i / 60, i % 60, i % 3))
          .append(Math.sin(i * 0.7) + (i == 200 ? 30 : 0))
          .append(',')
          .append(i % 17)
          .append(i == 200 ? ",1\n" : ",0\n");
    }
    input = Files.writeString(folder.resolve("in.csv"), csv);
  }

  private CommandRun run(String... args) {
    return CommandRun.of((env, spec) -> {}, args);
  }

  private CommandRun train(String... more) {
    List<String> args = new ArrayList<>(List.of("--ignore", "label"));
    args.addAll(List.of(more));
    return trainAll(args.toArray(String[]::new));
  }

  private CommandRun trainAll(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "train", "--input", input.toString(), "--registry", registry(), "--name", "pump"));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private CommandRun score(Path output, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "score",
                "--input",
                input.toString(),
                "--registry",
                registry(),
                "--name",
                "pump",
                "--output",
                output.toString()));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private String registry() {
    return folder.resolve("models").toString();
  }

  private CommandRun models(String command, String... more) {
    List<String> args = new ArrayList<>(List.of("models", command, "--registry", registry()));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private byte[] onlyModel() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("models"))) {
      List<Path> found = files.filter(f -> f.endsWith("model.cadm")).toList();
      assertThat(found).hasSize(1);
      return Files.readAllBytes(found.get(0));
    }
  }

  private static long anomalies(Path output) throws IOException {
    return Files.readAllLines(output).stream().filter(line -> line.contains(",true,-1,")).count();
  }

  @Test
  void aRegistryThatIsNotThereIsAMistake() {
    for (CommandRun run :
        List.of(models("list"), models("verify"), score(folder.resolve("out.csv")))) {
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.err()).contains("--registry must be an existing directory, was " + registry());
    }
  }

  @Test
  void aBeginningOfSeveralVersionsNamesThem() {
    train();
    train("--seed", "9");
    CommandRun diff = models("diff", "pump", "2");

    assertThat(diff.status()).isEqualTo(2);
    assertThat(diff.err()).contains("must begin only one version of pump, was '2', which begins 2");
    assertThat(models("show", "pump", "x").err())
        .contains("version of pump must be an alias or one of")
        .contains("was 'x'");
  }

  @Test
  void whatIsTrainedScoresTheFile() throws IOException {
    CommandRun trained = train("--contamination", "0.02", "--seed", "7");
    assertThat(trained.status()).as(trained.err()).isZero();
    assertThat(trained.out())
        .contains("Trained isolation_forest on 400 of 400 rows, 2 features: a, b")
        .contains("is champion");

    Path output = folder.resolve("new/out.csv");
    CommandRun scored = score(output);
    assertThat(scored.status()).as(scored.err()).isZero();
    assertThat(scored.out()).startsWith("Scored 400 rows");
    assertThat(scored.err()).contains("100 %");
    List<String> lines = Files.readAllLines(output);
    assertThat(lines).hasSize(401);
    assertThat(lines.get(0))
        .isEqualTo("timestamp,sensor,a,b,label,score,is_anomaly,prediction,raw_score");
    assertThat(lines.get(201)).contains(",true,-1,");
    assertThat(output.resolveSibling(".out.csv.partial")).doesNotExist();
  }

  @Test
  void theSameFileAndSeedGiveTheSameModelAndLabelsAreNotRead() throws IOException {
    trainAll("--seed", "7");
    byte[] first = onlyModel();
    assertThat(models("delete", "pump", "champion", "--force").status()).isZero();

    Files.writeString(input, Files.readString(input).replace(",1\n", ",0\n"));
    trainAll("--seed", "7");
    assertThat(onlyModel()).isEqualTo(first);
  }

  @Test
  void theThresholdCanBeChangedForARun() throws IOException {
    train();
    Path output = folder.resolve("out.csv");
    score(output, "--threshold", "0");
    assertThat(anomalies(output)).isEqualTo(400);
    score(output, "--threshold", "0.99");
    assertThat(anomalies(output)).isLessThan(3);
    assertThat(score(output, "--threshold", "2").status()).isEqualTo(2);
  }

  @Test
  void theThresholdCanBeMovedForGoodWithoutATraining() throws IOException {
    train("--contamination", "0.1");
    Path output = folder.resolve("out.csv");
    score(output);
    long before = anomalies(output);
    score(output, "--threshold", "0.7");
    long above = anomalies(output);
    assertThat(above).isBetween(1L, before - 1);

    CommandRun moved = models("threshold", "pump", "0.7");
    assertThat(moved.status()).as(moved.err()).isZero();
    score(output);
    assertThat(anomalies(output)).isEqualTo(above);
    assertThat(models("show", "pump").out())
        .contains("\"metrics\" : { }")
        .contains("\"key_field\" : \"sensor\"");
    assertThat(models("threshold", "pump", "0.2", "previous", "--challenger").status()).isZero();
    score(output);
    assertThat(anomalies(output)).isEqualTo(above);
    score(output, "--model-version", "challenger");
    assertThat(anomalies(output)).isGreaterThan(before);
    models("rollback", "pump");
    score(output);
    assertThat(anomalies(output)).isEqualTo(before);

    CommandRun wrong = models("threshold", "pump", "1");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("score must be above 0 and below 1, was 1.0");
  }

  /** Sensor a around 0, b around 100, c with four rows; sin and 100 + sin otherwise. */
  private void writeSensors() throws IOException {
    StringBuilder csv = new StringBuilder("sensor,x\n");
    for (int i = 0; i < 300; i++) {
      csv.append("a,").append(Math.sin(i)).append('\n');
      csv.append("b/1,").append(100 + Math.sin(i)).append('\n');
    }
    csv.append("c,0.5\nc,0.2\nc,0.1\nc,0.3\n");
    input = Files.writeString(folder.resolve("sensors.csv"), csv);
  }

  @Test
  void withScopeSensorEachSensorIsJudgedByItsOwnModel() throws IOException {
    writeSensors();
    CommandRun trained = trainAll("--scope", "sensor", "--detector", "zscore");
    assertThat(trained.status()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("2 sensors have models of their own, pump.a and on");
    assertThat(trained.err()).contains("1 sensors have no model of their own").contains("was 4");
    assertThat(models("list").out().lines().filter(line -> line.contains("champion"))).hasSize(3);
    assertThat(models("show", "pump.a").out())
        .contains("\"group\" : \"a\"")
        .contains("\"key_field\" : \"sensor\"")
        .contains("\"rows\" : 300");

    // what is usual for one sensor is an anomaly for the other
    input =
        Files.writeString(
            folder.resolve("new.csv"), "sensor,x\na,0.1\na,100\n b/1 ,100\nb/1,0.1\nc,0\n,0\n");
    Path output = folder.resolve("out.csv");
    CommandRun scored = score(output, "--key", "sensor");
    assertThat(scored.status()).as(scored.err()).isZero();
    assertThat(predictions(output)).containsExactly("1", "-1", "1", "-1", "1", "1");
    score(output);
    assertThat(predictions(output)).containsOnly("1");

    assertThat(models("delete", "pump.a", "champion", "--force").status()).isZero();
    score(output, "--key", "sensor");
    assertThat(predictions(output)).containsExactly("1", "1", "1", "-1", "1", "1");
    assertThat(score(output, "--key", "sensor", "--model-version", "2026").err())
        .contains("must be an alias");
    assertThat(score(output, "--key", "x").err()).contains("key must be neither a feature");
    assertThat(score(output, "--key", "room").err()).contains("must have the key's column 'room'");
  }

  @Test
  void aSensorsModelOfOtherFeaturesIsRefused() throws IOException {
    writeSensors();
    trainAll("--scope", "sensor", "--key", "sensor");
    Files.writeString(input, Files.readString(input).replace("sensor,x", "sensor,y"));
    trainAll();
    assertThat(score(folder.resolve("out.csv"), "--key", "sensor").err())
        .contains("must have the features")
        .contains("train it again");
    input = Files.writeString(folder.resolve("keyless.csv"), "x,y\n1,2\n3,4\n");
    assertThat(trainAll("--scope", "sensor").err()).contains("needs a column of the sensor");
  }

  private static List<String> predictions(Path output) throws IOException {
    return Files.readAllLines(output).stream().skip(1).map(line -> line.split(",")[4]).toList();
  }

  @Test
  void aSecondTrainingIsPromotedAndCanBeRolledBack() throws IOException {
    train("--detector", "zscore");
    train("--detector", "isolation_forest", "--param", "n_estimators=10");
    assertThat(models("show", "pump").out()).contains("\"n_estimators\" : \"10\"");
    assertThat(models("diff", "pump", "previous").out()).contains("zscore -> isolation_forest");

    assertThat(models("rollback", "pump").status()).isZero();
    assertThat(models("show", "pump").out()).contains("\"algorithm\" : \"zscore\"");
    assertThat(models("promote", "pump", "latest").status()).isZero();
    assertThat(models("list").out().lines()).hasSize(2).last().asString().contains("champion");
  }

  @Test
  void aChallengerLeavesTheChampion() {
    train("--detector", "zscore");
    assertThat(train("--challenger").out()).contains("is challenger");
    assertThat(models("show", "pump").out()).contains("zscore");
    assertThat(models("prune", "pump", "--keep", "1").out()).isEmpty();
    assertThat(models("verify").out()).contains("2 versions checked, 0 damaged");
    assertThat(models("verify", "pumpe").status()).isEqualTo(2);
  }

  @Test
  void anExportedModelIsImportedUnderAnotherName() throws IOException {
    train();
    Path file = folder.resolve("pump.zip");
    assertThat(models("export", "pump", "--output", file.toString()).status()).isZero();

    assertThat(models("import", file.toString(), "--name", "copy").status()).isZero();
    assertThat(models("list", "copy").out()).contains("champion");
    assertThat(models("import", file.toString(), "--name", "copy").err()).contains("must be new");
  }

  @Test
  void damageIsToldByVerify() throws IOException {
    train();
    try (Stream<Path> files = Files.walk(folder.resolve("models"))) {
      Path model = files.filter(f -> f.endsWith("model.cadm")).findFirst().orElseThrow();
      Files.write(model, new byte[] {1, 2, 3});
    }

    CommandRun verified = models("verify");
    assertThat(verified.status()).isEqualTo(1);
    assertThat(verified.out()).contains("is damaged").contains("1 versions checked, 1 damaged");
    CommandRun scored = score(folder.resolve("out.csv"));
    assertThat(scored.status()).isEqualTo(1);
    assertThat(scored.err()).contains("is damaged");
  }

  @Test
  void jsonLinesAreTrainedOnAndScored() throws IOException {
    StringBuilder json = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      json.append("{\"x\":%d,\"mode\":\"%s\"}\n".formatted(i % 9, i % 2 == 0 ? "on" : "off"));
    }
    input = Files.writeString(folder.resolve("in.jsonl"), json + "broken\n");
    CommandRun trained =
        run("train", "--input", input.toString(), "--registry", registry(), "--name", "pump");
    assertThat(trained.status()).as(trained.err()).isZero();

    Path output = folder.resolve("out.jsonl");
    CommandRun scored = score(output);
    assertThat(scored.out()).startsWith("Scored 200 rows").contains("1 rows without a score");
    assertThat(scored.err()).contains("line 201");
    assertThat(Files.readAllLines(output)).hasSize(201);
    assertThat(score(folder.resolve("out.csv")).status()).isEqualTo(2);
  }

  @Test
  void mistakesAreToldInOneLineWithARemedy() {
    assertThat(train("--ignore", "lable").err()).contains("'lable' does not");
    String file = input.toString();
    assertThat(run("train", "--input", file, "--registry", registry(), "--name", "../x").err())
        .contains("name must have");
    assertThat(train("--detector", "magic").err()).contains("isolation_forest");
    assertThat(train("--features", "a,c").err()).contains("'c'").contains("[a, b]");
    assertThat(train("--threshold", "3").err()).contains("METHOD:VALUE");
    assertThat(train("--threshold", "std:x").err()).contains("METHOD:VALUE");
    assertThat(train("--contamination", "0.9").err()).contains("0 to 0.5");
    assertThat(run("models").err()).contains("a command must be given");
    train();
    assertThat(models("rollback", "../x").err()).contains("name must have");
    assertThat(score(input).err()).contains("--output must not be the input");
    assertThat(models("rollback", "pump").err()).contains("pump has no previous");
  }
}
