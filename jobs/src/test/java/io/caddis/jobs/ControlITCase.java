// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.files.ResultFolder;
import io.caddis.detectors.model.Row;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Commands that are there when a run begins, on the embedded cluster. */
class ControlITCase {
  private static final long START = 1_767_225_600L;
  private static final int ROWS = 400;

  @TempDir Path directory;

  private Path input;
  private Path control;

  @BeforeEach
  void makeInput() throws IOException {
    input = Files.createDirectories(directory.resolve("input"));
    control = Files.createDirectories(directory.resolve("control"));
    Random random = new Random(7);
    List<String> rows = new ArrayList<>(List.of("timestamp,key,x"));
    for (int i = 0; i < ROWS; i++) {
      for (int sensor = 0; sensor < 4; sensor++) {
        double spike = i % 40 > 36 ? 40 : 0;
        rows.add("%d,s%d,%s".formatted(START + i, sensor, random.nextGaussian() + spike));
      }
    }
    Files.write(input.resolve("a.csv"), rows);
  }

  private void command(String name, String json) throws IOException {
    Files.writeString(control.resolve(name), json.replace('\'', '"'));
  }

  private static String at(int second) {
    return Instant.ofEpochSecond(START + second).toString();
  }

  private DetectRun run(String name, String... options) throws IOException {
    return DetectRun.of(input, directory.resolve(name), options);
  }

  private DetectRun controlled(String name, int parallelism, String scope) throws IOException {
    return run(
        name,
        "--detector=zscore",
        "--train-window=1min",
        "--scope=" + scope,
        "--parallelism=" + parallelism,
        "--control=" + control);
  }

  private List<JsonNode> said(DetectRun run) throws IOException {
    return new ResultFolder(run.output().resolve(Sinks.CONTROL)).fresh();
  }

  private static TreeSet<String> texts(Collection<JsonNode> rows) {
    TreeSet<String> texts = new TreeSet<>();
    rows.forEach(row -> texts.add(row.toString()));
    return texts;
  }

  private static List<JsonNode> where(List<JsonNode> rows, Predicate<JsonNode> condition) {
    return rows.stream().filter(condition).toList();
  }

  private static boolean between(JsonNode row, int from, int to) {
    long second = Instant.parse(row.get("timestamp").asString()).getEpochSecond() - START;
    return second >= from && second < to;
  }

  /** How many rows the models of the run's windows were fitted on, in their order. */
  private List<Integer> trainedOn(DetectRun run) throws IOException {
    return run.models().stream()
        .sorted(Comparator.comparing(model -> model.get("train_to").asString()))
        .map(model -> model.get("sampled_rows").asInt())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"zscore", "mewma"})
  void aDroppedFeatureNeitherScoresNorTrainsUntilTheCommandIsUndone(String detector)
      throws IOException {
    Random random = new Random(5);
    List<String> rows = new ArrayList<>(List.of("timestamp,key,x,y"));
    for (int i = 0; i < ROWS; i++) {
      for (int sensor = 0; sensor < 4; sensor++) {
        rows.add(
            "%d,s%d,%s,%s"
                .formatted(START + i, sensor, random.nextGaussian(), random.nextGaussian()));
      }
    }
    Files.write(input.resolve("a.csv"), rows);
    command(
        "1.json",
        "{'id':'d','type':'drop_feature','feature':'y','sensors':'s*','effective_from':'%s'}"
            .formatted(at(100)));
    command(
        "2.json",
        "{'id':'u','type':'undo','command':'d','effective_from':'%s'}".formatted(at(ROWS - 50)));
    DetectRun one = dropping("one", 1, detector);
    DetectRun two = dropping("two", 2, detector);

    assertThat(texts(two.scores())).isEqualTo(texts(one.scores()));
    assertThat(said(two)).hasSize(4).allMatch(a -> a.get("state").asString().equals("applied"));
    // The models of windows that had no y do not use it, the first one again is that of 360 s.
    int imputed = detector.equals("zscore") ? 180 : ROWS - 50;
    int ignored = detector.equals("zscore") ? 360 : ROWS - 50;
    for (JsonNode score : two.scores()) {
      assertThat(score.path("features_imputed").toString().contains("\"y\""))
          .as("%s", score)
          .isEqualTo(between(score, 100, imputed));
      assertThat(score.path("features_ignored").toString().contains("\"y\""))
          .as("%s", score)
          .isEqualTo(between(score, ROWS - 50, ignored));
    }
  }

  private DetectRun dropping(String name, int parallelism, String detector) throws IOException {
    return detector.equals("zscore")
        ? controlled(name, parallelism, "global")
        : run(
            name, "--detector=" + detector, "--parallelism=" + parallelism, "--control=" + control);
  }

  @Test
  void acceptedReadingsTrainTheNextModelAndLabelledAnomaliesDoNot() throws IOException {
    List<Integer> skipped =
        trainedOn(run("without", "--detector=zscore", "--train-window=1min", "--scope=global"));
    assertThat(skipped.get(0)).isEqualTo(240);
    assertThat(skipped.subList(1, 4)).allMatch(rows -> rows < 240);

    command(
        "1.json", "{'id':'a','type':'accept','from':'%s','to':'%s'}".formatted(at(60), at(120)));
    command(
        "2.json",
        "{'id':'l','type':'label','label':'anomaly','sensors':'s1','from':'%s','to':'%s'}"
            .formatted(at(0), at(30)));
    command(
        "3.json", "{'id':'b','type':'accept','from':'%s','to':'%s'}".formatted(at(120), at(180)));
    command("4.json", "{'id':'u','type':'undo','command':'b'}");
    DetectRun controlled = controlled("with", 2, "global");
    List<Integer> labelled = trainedOn(controlled);

    assertThat(labelled.get(0)).as("30 readings of s1 are anomalies").isEqualTo(210);
    assertThat(labelled.get(1)).as("all are accepted").isEqualTo(240);
    assertThat(labelled.get(2)).as("undone").isLessThan(240);
    assertThat(said(controlled))
        .hasSize(8)
        .allMatch(answer -> answer.get("state").asString().equals("applied"))
        .allMatch(answer -> answer.get("operator").asString().equals("label"));
    assertThat(trainedOn(controlled("again", 1, "global"))).isEqualTo(labelled);
  }

  @ParameterizedTest
  @CsvSource({
    "tumbling, 1 min, global, all, 60, 120",
    "tumbling, 1 min, sensor, s1, 60, 30",
    "growing, 64, global, all, 0, 360"
  })
  void aCommandTrainsAtOnceOnWhatTheOpenWindowHas(
      String window, String size, String scope, String group, int from, int rows)
      throws IOException {
    String retrain = "{'id':'%s','type':'retrain','group':'%s','effective_from':'%s'}";
    command("1.json", retrain.formatted("early", group, at(-1)));
    command("2.json", retrain.formatted("now", group, at(90)));
    command("3.json", retrain.formatted("again", group, at(90)));
    List<DetectRun> runs = new ArrayList<>();
    for (int parallelism : new int[] {1, 2}) {
      runs.add(
          run(
              "p" + parallelism,
              "--detector=zscore",
              "--set=training.window=" + window,
              "--set=training.size=" + size,
              "--set=training.min-rows=20",
              "--scope=" + scope,
              "--parallelism=" + parallelism,
              "--control=" + control));
    }
    DetectRun run = runs.get(0);
    assertThat(texts(runs.get(1).models())).isEqualTo(texts(run.models()));
    assertThat(texts(runs.get(1).scores())).isEqualTo(texts(run.scores()));

    assertThat(said(run))
        .extracting(row -> row.get("command").asString() + " " + row.get("state").asString())
        .containsExactlyInAnyOrder("early refused", "now applied", "again refused");
    List<JsonNode> trained =
        where(run.models(), row -> row.get("trained_because").asString().equals("command"));
    assertThat(trained).hasSize(1);
    JsonNode model = trained.get(0);
    assertThat(model.get("group").asString()).isEqualTo(group);
    assertThat(Instant.parse(model.get("train_from").asString())).isEqualTo(at(from));
    assertThat(Instant.parse(model.get("train_to").asString())).isEqualTo(at(90));
    assertThat(model.get("train_rows").asInt()).isEqualTo(rows);
    assertThat(versions(where(run.scores(), row -> between(row, 90, 110) && ofGroup(row, scope))))
        .containsExactly(model.get("model_version").asString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"global", "sensor"})
  void commandsHoldFromTheirTimesOnWhateverTheParallelism(String scope) throws IOException {
    String group = scope.equals("global") ? "all" : "s1";
    command("1.json", "{'id':'t','type':'set_threshold','sensors':'none-*','threshold':0}");
    command(
        "2.json",
        "{'id':'u','type':'set_threshold','sensors':'s1','threshold':0.9,'effective_from':'%s'}"
            .formatted(at(100)));
    command(
        "3.json",
        "{'id':'v','type':'undo','command':'u','effective_from':'%s'}".formatted(at(150)));
    command(
        "4.json",
        "{'id':'m','type':'maintenance','sensors':'s?','from':'%s','to':'%s'}"
            .formatted(at(200), at(240)));
    command(
        "5.json",
        "{'id':'r','type':'rollback','group':'%s','effective_from':'%s'}"
            .formatted(group, at(270)));
    command(
        "6.json",
        "{'id':'w','type':'undo','command':'r','effective_from':'%s'}".formatted(at(310)));

    DetectRun plain =
        run(
            "plain",
            "--detector=zscore",
            "--train-window=1min",
            "--scope=" + scope,
            "--parallelism=2");
    DetectRun one = controlled("one", 1, scope);
    DetectRun two = controlled("two", 2, scope);

    assertThat(texts(two.scores())).isEqualTo(texts(one.scores()));
    assertThat(texts(two.alerts())).isEqualTo(texts(one.alerts()));
    assertThat(said(two)).extracting(row -> row.get("state").asString()).containsOnly("applied");
    assertThat(said(two)).hasSize(4 * 2 + 2);
    assertThat(said(one)).hasSize(4 + 2);

    Predicate<JsonNode> raised =
        row -> row.get("key").asString().equals("s1") && between(row, 100, 150);
    Predicate<JsonNode> muted = row -> between(row, 200, 240);
    Predicate<JsonNode> rolledBack = row -> between(row, 270, 310) && ofGroup(row, scope);
    Predicate<JsonNode> touched = raised.or(muted).or(rolledBack);
    List<JsonNode> scores = two.scores();
    assertThat(texts(where(scores, touched.negate())))
        .isEqualTo(texts(where(plain.scores(), touched.negate())));
    assertThat(where(scores, raised))
        .hasSize(50)
        .allMatch(row -> row.get("threshold").asDouble() == 0.9);
    assertThat(where(scores, muted)).hasSize(160).allMatch(row -> row.get("muted").asBoolean());
    assertThat(where(plain.alerts(), row -> muted.test(row) && isOpened(row))).isNotEmpty();
    assertThat(where(two.alerts(), row -> muted.test(row) && isOpened(row))).isEmpty();
    assertThat(versions(where(scores, rolledBack)))
        .isEqualTo(versions(where(scores, row -> ofGroup(row, scope) && between(row, 180, 240))))
        .isNotEqualTo(versions(where(plain.scores(), rolledBack)));
  }

  private static boolean isOpened(JsonNode alert) {
    return alert.get("state").asString().equals("opened");
  }

  private static boolean ofGroup(JsonNode row, String scope) {
    return scope.equals("global") || row.get("key").asString().equals("s1");
  }

  private static TreeSet<String> versions(List<JsonNode> scores) {
    TreeSet<String> versions = new TreeSet<>();
    scores.forEach(row -> versions.add(row.get("model_version").asString()));
    return versions;
  }

  @Test
  void aModelOfTheRegistryScoresFromTheFirstReadingOn() throws IOException {
    Path registry = directory.resolve("registry");
    String version = publish(registry);
    command("1.json", "{'id':'p','type':'promote','model':'m','version':'latest'}");
    command("2.json", "{'id':'u','type':'unpin','effective_from':'%s'}".formatted(at(300)));
    DetectRun run =
        run(
            "out",
            "--detector=zscore",
            "--train-window=1min",
            "--scope=global",
            "--parallelism=2",
            "--control=" + control,
            "--set=control.registry=" + registry);

    assertThat(said(run)).hasSize(2).allMatch(row -> row.get("state").asString().equals("applied"));
    assertThat(versions(where(run.scores(), row -> between(row, 0, 300)))).containsExactly(version);
    assertThat(versions(where(run.scores(), row -> between(row, 300, 400))))
        .hasSize(2)
        .doesNotContain(version);
  }

  private String publish(Path registry) throws IOException {
    Random random = new Random(1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      rows.add(new Row(new double[] {random.nextGaussian()}, new String[0]));
    }
    return PromotionRuns.publish(registry, rows, 0.01);
  }

  @Test
  void aModelWhoseDescriptionLacksAPartIsADeadLetter() throws IOException {
    Path registry = directory.resolve("registry");
    Path metadata = registry.resolve("m").resolve(publish(registry)).resolve("metadata.json");
    ObjectNode damaged = (ObjectNode) JsonMapper.shared().readTree(Files.readString(metadata));
    damaged.remove("training");
    Files.writeString(metadata, damaged.toString());
    command("1.json", "{'id':'p','type':'promote','model':'m','version':'latest'}");
    DetectRun run =
        run(
            "out",
            "--detector=zscore",
            "--control=" + control,
            "--set=control.registry=" + registry);

    assertThat(run.deadLetters())
        .extracting(row -> row.get("reason").asString() + " " + row.get("source").asString())
        .containsExactly("invalid_command 1.json");
    assertThat(run.scores()).hasSize(4 * ROWS);
  }

  @Test
  void whatIsNoCommandBecomesADeadLetterAndWhatCannotBeObeyedIsRefused() throws IOException {
    command("1.json", "{'type':'explode'}");
    command("2.json", "{'id':'p','type':'promote','model':'m'}");
    command("3.json", "{'id':'r','type':'rollback','group':'s1'}");
    command("4.json", "{'id':'m','type':'mute'}");
    command("5.json", "{'id':'m','type':'mute'}");
    command(".6.json", "{'type':'explode'}");
    DetectRun run = run("out", "--detector=univariate", "--parallelism=2", "--control=" + control);

    assertThat(run.deadLetters())
        .extracting(row -> row.get("reason").asString() + " " + row.get("source").asString())
        .containsExactlyInAnyOrder("invalid_command 1.json", "invalid_command 2.json");
    assertThat(said(run))
        .extracting(row -> row.get("command").asString() + " " + row.get("state").asString())
        .containsExactlyInAnyOrder("r refused", "m applied", "m applied");
    assertThat(run.scores()).hasSize(4 * ROWS).allMatch(row -> row.get("muted").asBoolean());
    assertThat(run.alerts()).isEmpty();
  }
}
