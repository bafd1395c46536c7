// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caddis.detectors.evaluation.DecisionMetrics;
import io.caddis.detectors.files.Trial.Contender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialTest {
  private static final long MINUTE = 60_000;

  @TempDir Path output;

  /** Readings of one sensor, a minute apart; one is anomalous where a letter is an x. */
  private void commit(String folder, String file, String version, int first, String flags)
      throws IOException {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < flags.length(); i++) {
      rows.add(
          """
          {"timestamp":"1970-01-01T00:%02d:00Z","key":"a","is_anomaly":%s,"model_version":"%s",\
          "event_id":"e%02d"}"""
              .formatted(first + i, flags.charAt(i) == 'x', version, first + i));
    }
    commit(folder, file, rows);
  }

  private void commit(String folder, String file, List<String> rows) throws IOException {
    Files.write(Files.createDirectories(output.resolve(folder)).resolve(file), rows);
  }

  private static String timing(
      boolean challenger, String version, int subtask, int measured, int nanos) {
    return """
        {"challenger":%s,"model_version":"%s","subtask":%d,"measured":%d,"mean_nanos":%d,\
        "p99_nanos":%d}"""
        .formatted(challenger, version, subtask, measured, nanos, nanos * 10);
  }

  private List<Trial> read(String truth) throws IOException {
    return read(Long.MAX_VALUE, UnaryOperator.identity(), truth);
  }

  private List<Trial> read(long bytes, UnaryOperator<String> apart, String truth)
      throws IOException {
    return Trial.read(output, bytes, apart, (sensor, time) -> known(truth, (int) (time / MINUTE)));
  }

  private static @Nullable Boolean known(String truth, int minute) {
    char what = minute < truth.length() ? truth.charAt(minute) : ' ';
    return what == ' ' ? null : Boolean.valueOf(what == 'x');
  }

  @Test
  void onlyReadingsThatBothScoredAreCompared() throws IOException {
    commit("scores", "s", "v1", 0, "..xx..x...");
    commit("challenger", "c", "v2", 2, "x.x.x");

    Trial trial = read("").get(0);

    assertThat(trial.readings()).isEqualTo(5);
    assertThat(trial.from()).isEqualTo(2 * MINUTE);
    assertThat(trial.to()).isEqualTo(6 * MINUTE);
    assertThat(trial.agreement()).isEqualTo(3 / 5.0);
    Trial.Figures champion = trial.of(Contender.CHAMPION);
    Trial.Figures challenger = trial.of(Contender.CHALLENGER);
    assertThat(champion.versions()).containsExactly("v1");
    assertThat(challenger.versions()).containsExactly("v2");
    assertThat(champion.flagged()).isEqualTo(3 / 5.0);
    assertThat(champion.flaggedAlone()).isOne();
    assertThat(challenger.flaggedAlone()).isOne();
    assertThat(champion.meanMicros()).isNaN();
  }

  @Test
  void decisionsAreOfReadingsWhoseTruthIsKnown() throws IOException {
    commit("scores", "s", "v1", 0, "xx....");
    commit("challenger", "c", "v2", 0, "x.x..x");

    Trial trial = read("x.x.").get(0);

    assertThat(trial.of(Contender.CHAMPION).decisions()).isEqualTo(new DecisionMetrics(1, 1, 1, 1));
    assertThat(trial.of(Contender.CHALLENGER).decisions())
        .isEqualTo(new DecisionMetrics(2, 0, 0, 2));
  }

  @Test
  void eachChallengerIsATrialUnlessTheyAreToBeOne() throws IOException {
    commit("scores", "s", "v1", 0, "........");
    commit("challenger", "c1", "v2", 0, "xxx");
    commit("challenger", "c2", "v3", 3, "..");
    // In force for a share of the sensors: nothing to compare with itself.
    commit("challenger", "c3", "v1", 5, "..");

    assertThat(read(""))
        .extracting(trial -> trial.of(Contender.CHALLENGER).versions().first())
        .containsExactly("v3", "v2");
    List<Trial> one = read(Long.MAX_VALUE, version -> "all", "");
    assertThat(one).hasSize(1);
    assertThat(one.get(0).readings()).isEqualTo(5);
    assertThat(one.get(0).of(Contender.CHALLENGER).versions()).containsExactly("v2", "v3");
  }

  @Test
  void timesAreTheLastOfEachSubtaskOfTheModelsCompared() throws IOException {
    commit("scores", "s", "v1", 0, "....");
    commit("challenger", "c", "v2", 0, "....");
    commit(
        "timings",
        "t",
        List.of(
            timing(false, "v1", 0, 1, 90_000),
            timing(false, "v1", 0, 4, 2_000),
            timing(false, "v1", 1, 12, 6_000),
            timing(false, "v0", 0, 64, 70_000),
            timing(true, "v2", 0, 2, 3_000),
            timing(true, "v1", 0, 2, 80_000)));

    Trial trial = read("").get(0);

    assertThat(trial.of(Contender.CHAMPION).meanMicros()).isCloseTo(5, within(1e-9));
    assertThat(trial.of(Contender.CHAMPION).p99Micros()).isCloseTo(60, within(1e-9));
    assertThat(trial.of(Contender.CHALLENGER).meanMicros()).isCloseTo(3, within(1e-9));
  }

  @Test
  void ofManyReadingsTheNewestAreCompared() throws IOException {
    commit("scores", "s", "v1", 0, ".".repeat(50));
    commit("challenger", "c", "v2", 0, ".".repeat(50));
    long bytes = Files.size(output.resolve("challenger/c"));

    Trial trial = read(bytes / 5, UnaryOperator.identity(), "").get(0);

    assertThat(trial.readings()).isEqualTo(10);
    assertThat(trial.to()).isEqualTo(49 * MINUTE);
  }

  @Test
  void withoutAChallengerThereIsNoTrial() throws IOException {
    commit("scores", "s", "v1", 0, "...");

    assertThat(read("")).isEmpty();
  }
}
