// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.files.ResultFolder;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Models under watch and on trial. */
class PromotionITCase extends PromotionRuns {
  @Test
  void aModelOfFortyPercentAnomaliesIsRolledBackAndEachAlertItRaisedRetractedOnce()
      throws IOException {
    String bad = publishModelOfFortyPercentAnomalies();
    command("promote", 195);
    DetectRun one = run("one", 1, "--set=promotion.watch=40s");
    DetectRun two = run("two", 2, "--set=promotion.watch=40s");

    assertThat(texts(two.scores(), "")).isEqualTo(texts(one.scores(), ""));
    assertThat(texts(two.alerts(), "")).isEqualTo(texts(one.alerts(), ""));
    assertThat(texts(two.models(), "")).isEqualTo(texts(one.models(), ""));

    List<JsonNode> verdicts = where(two.models(), row -> row.has("verdict"));
    assertThat(verdicts).hasSize(1);
    assertThat(verdicts.get(0).get("verdict").asString()).isEqualTo("rolled_back");
    assertThat(verdicts.get(0).get("model_version").asString()).isEqualTo(bad);
    assertThat(verdicts.get(0).get("group").asString()).isEqualTo("all");
    long back = second(verdicts.get(0), "effective_from");
    assertThat(back).isBetween(200L, 230L);

    List<JsonNode> scores = two.scores();
    assertThat(scores).hasSize(SENSORS * ROWS);
    assertThat(where(scores, row -> is(row, "model_version", bad)))
        .hasSize((int) (back - 195) * SENSORS)
        .allMatch(row -> second(row, "timestamp") >= 195 && second(row, "timestamp") < back);
    TreeSet<String> before =
        texts(
            where(scores, r -> second(r, "timestamp") >= 180 && second(r, "timestamp") < 195),
            "model_version");
    assertThat(before).hasSize(1);
    assertThat(
            texts(
                where(scores, r -> second(r, "timestamp") >= back && second(r, "timestamp") < 240),
                "model_version"))
        .isEqualTo(before);

    List<JsonNode> opened =
        where(
            two.alerts(),
            alert ->
                is(alert, "state", "opened") && is(alert.get("lineage"), "model_version", bad));
    List<JsonNode> retracted = where(two.alerts(), alert -> is(alert, "state", "retracted"));
    assertThat(opened).hasSizeGreaterThanOrEqualTo(SENSORS);
    assertThat(retracted).hasSameSizeAs(opened);
    assertThat(texts(retracted, "alert_id")).isEqualTo(texts(opened, "alert_id"));
    assertThat(retracted)
        .allSatisfy(alert -> assertThat(alert.get("reason").asString()).contains(bad));
    assertThat(two.count("retractions")).isEqualTo(opened.size());

    CommandRun replay =
        CommandRun.of(new DetectionJob(), "replay", "--all", "--output", "" + two.output());
    assertThat(replay.status()).as(replay.out() + replay.err()).isZero();
  }

  @Test
  void aWatchOverHealthyModelsChangesNothing() throws IOException {
    DetectRun watched = run("watched", 2, "--set=promotion.watch=40s");
    DetectRun plain =
        DetectRun.of(
            input,
            directory.resolve("plain"),
            "--detector=zscore",
            "--train-window=1min",
            "--scope=global",
            "--parallelism=2");

    assertThat(texts(watched.scores(), "")).isEqualTo(texts(plain.scores(), ""));
    assertThat(texts(watched.models(), "")).isEqualTo(texts(plain.models(), ""));
    assertThat(texts(watched.alerts(), "alert_id")).isEqualTo(texts(plain.alerts(), "alert_id"));
  }

  @Test
  void aChallengerScoresTheSameReadingsAndChangesNothingElse() throws IOException {
    String bad = publishModelOfFortyPercentAnomalies();
    DetectRun without = run("without", 2, "--set=promotion.challengers=report");
    command("challenge", 100);
    DetectRun with = run("with", 2, "--set=promotion.challengers=report");
    DetectRun one = run("one", 1, "--set=promotion.challengers=report");

    for (String folder : List.of(Sinks.SCORES, Sinks.ALERTS, Sinks.MODELS, Sinks.ARCHIVE)) {
      TreeSet<String> expected =
          texts(new ResultFolder(without.output().resolve(folder)).fresh(), "");
      assertThat(expected).isNotEmpty();
      assertThat(texts(new ResultFolder(with.output().resolve(folder)).fresh(), ""))
          .as(folder)
          .isEqualTo(expected);
    }
    assertThat(with.count("scored")).isEqualTo(SENSORS * ROWS);
    assertThat(challenger(without)).isEmpty();
    assertThat(texts(challenger(with), "")).isEqualTo(texts(challenger(one), ""));
    assertThat(challenger(with)).allMatch(row -> is(row, "model_version", bad));
    assertThat(texts(challenger(with), "event_id"))
        .isEqualTo(texts(where(with.scores(), row -> second(row, "timestamp") >= 100), "event_id"));
  }

  @Test
  void aChallengerIsComparedWithTheChampionReadingByReading() throws IOException {
    publishModelOfFortyPercentAnomalies();
    command("challenge", 100);
    DetectRun run = run("run", 2, "--set=promotion.challengers=report");
    List<String> labels = new ArrayList<>(List.of("key,start,end"));
    for (int i = 37; i < ROWS; i += 40) {
      for (int sensor = 0; sensor < SENSORS; sensor++) {
        labels.add("s%d,%d,%d".formatted(sensor, START + i, START + i + 2));
      }
    }
    Path truth = Files.write(directory.resolve("labels.csv"), labels);
    CommandRun compared =
        CommandRun.of(
            new DetectionJob(), "compare", "--output=" + run.output(), "--labels=" + truth);

    TreeSet<String> tried = texts(challenger(run), "event_id");
    TreeSet<String> champion =
        texts(
            where(
                run.scores(),
                row ->
                    row.get("is_anomaly").asBoolean()
                        && tried.contains(row.get("event_id").asString())),
            "event_id");
    TreeSet<String> challenger =
        texts(where(challenger(run), row -> row.get("is_anomaly").asBoolean()), "event_id");
    TreeSet<String> alone = new TreeSet<>(challenger);
    alone.removeAll(champion);
    TreeSet<String> missed = new TreeSet<>(champion);
    missed.removeAll(challenger);
    assertThat(compared.status()).isZero();
    assertThat(compared.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
        .containsSubsequence(
            "readings 1200",
            "agreement %.4f".formatted(1 - (alone.size() + missed.size()) / 1200.0),
            "flagged %.4f %.4f".formatted(champion.size() / 1200.0, challenger.size() / 1200.0),
            "flagged_alone %d %d".formatted(missed.size(), alone.size()));
    // of the 96 labelled readings the champion flags some and the challenger all
    assertThat(compared.out())
        .containsPattern("precision +1.0000 +%.4f".formatted(96.0 / challenger.size()))
        .containsPattern("recall +%.4f +1.0000".formatted(champion.size() / 96.0))
        .containsPattern("mean_us +[0-9.]+ +[0-9.]+")
        .containsPattern("p99_us +[0-9.]+ +[0-9.]+");
  }

  @Test
  void aBetterChallengerIsPromotedWhenItsGateHoldsAndNotBefore() throws IOException {
    makeInput(100);
    String better = publishModelAround(20);
    command("challenge", 120);
    String[] options = {
      "--set=training.once=true", "--set=promotion.challengers=promote", "--set=promotion.trial=40s"
    };
    DetectRun one = run("one", 1, options);
    DetectRun two = run("two", 2, options);

    assertThat(texts(two.scores(), "")).isEqualTo(texts(one.scores(), ""));
    // 40 s after the 120th second, which is the end of a quarter of the trial
    assertThat(where(two.scores(), row -> is(row, "model_version", better)))
        .hasSize(SENSORS * (ROWS - 160))
        .allMatch(row -> second(row, "timestamp") >= 160);
    assertThat(challenger(two))
        .hasSize(SENSORS * 40)
        .allMatch(row -> second(row, "timestamp") >= 120 && second(row, "timestamp") < 160);
  }

  @Test
  void aWorseChallengerIsNeverPromoted() throws IOException {
    String worse = publishModelOfFortyPercentAnomalies();
    command("challenge", 120);
    String[] options = {"--set=promotion.challengers=promote", "--set=promotion.trial=40s"};
    DetectRun run = run("run", 2, options);

    assertThat(where(run.scores(), row -> is(row, "model_version", worse))).isEmpty();
    assertThat(challenger(run)).hasSize(SENSORS * (ROWS - 120));
  }
}
