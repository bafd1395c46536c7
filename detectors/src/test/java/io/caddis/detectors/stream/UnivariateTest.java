// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the detector finds and what it leaves alone. */
final class UnivariateTest {
  private static final long START = 1_400_000_000_000L;
  private static final long FIVE_MINUTES = 300_000;
  private static final int A_DAY = 288;

  /** Readings with a score of at least 0.5, by their number. */
  private static List<Integer> alarms(
      StreamDetector detector, int readings, IntToDoubleFunction at) {
    List<Integer> alarms = new ArrayList<>();
    for (int i = 0; i < readings; i++) {
      double score = detector.score(START + i * FIVE_MINUTES, new double[] {at.applyAsDouble(i)});
      if (score >= 0.5) {
        alarms.add(i);
      }
    }
    return alarms;
  }

  private static double[] noise(int length, long seed) {
    Random random = new Random(seed);
    double[] noise = new double[length];
    for (int i = 0; i < length; i++) {
      noise[i] = random.nextGaussian();
    }
    return noise;
  }

  /** High from 9 to 18 o'clock, with noise. */
  private static double[] officeDays(int days, long seed) {
    double[] values = noise(days * A_DAY, seed);
    for (int i = 0; i < values.length; i++) {
      long hour = (START + i * FIVE_MINUTES) / 3_600_000 % 24;
      values[i] += hour >= 9 && hour < 18 ? 50 : 0;
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void spikeAfterQuietGivesOnePromptAlarm(long seed) {
    for (double height : new double[] {8, -8, 40}) {
      double[] values = noise(1_050, seed);
      values[1_000] += height;
      assertThat(alarms(new Univariate().create(1), values.length, i -> values[i]))
          .filteredOn(i -> i >= 1_000)
          .containsExactly(1_000);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void changeOfLevelGivesFewAlarmsAndIsGotOver(long seed) {
    for (double height : new double[] {20, -100}) {
      double[] values = noise(3_520, seed);
      for (int i = 3_000; i < values.length; i++) {
        values[i] += height;
      }
      values[3_500] += 12;
      List<Integer> alarms = alarms(new Univariate().create(1), values.length, i -> values[i]);
      assertThat(alarms)
          .filteredOn(i -> i >= 3_000 && i < 3_500)
          .contains(3_000)
          .hasSizeLessThan(4);
      assertThat(alarms).contains(3_500);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {30, 3_000, 65_535, -999_999})
  void glitchDoesNotHideWhatFollows(double glitch) {
    for (long seed = 1; seed <= 8; seed++) {
      double[] values = noise(4_000, seed);
      values[50] -= glitch;
      values[600] += glitch;
      values[900] += 12;
      values[3_900] -= 12;
      assertThat(alarms(new Univariate().create(1), values.length, i -> values[i]))
          .as("with seed %d", seed)
          .contains(600, 900, 3_900);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e3, 1e30, 1e39, Double.MAX_VALUE, -Double.MAX_VALUE})
  void valueBeyondAllReasonIsAnAlarm(double value) {
    double[] values = noise(501, 1);
    values[500] = value;
    assertThat(alarms(new Univariate().create(1), values.length, i -> values[i])).contains(500);
  }

  @Test
  void alarmIsPossibleHoweverFewAreExpected() {
    int features = 100;
    StreamDetector detector = new Univariate(10_000, 0.001, false).create(features);
    double[] values = new double[features];
    for (int i = 0; i < 500; i++) {
      double value = i % 7;
      Arrays.setAll(values, feature -> value + feature);
      detector.score(START + i * FIVE_MINUTES, values);
    }
    Arrays.fill(values, 1e9);
    assertThat(detector.score(START + 500 * FIVE_MINUTES, values)).isGreaterThan(0.5);
  }

  @Test
  void smallLastingChangeIsFoundThoughNoReadingStandsOut() {
    double[] values = noise(3_100, 1);
    for (int i = 3_000; i < values.length; i++) {
      values[i] += 2;
    }
    assertThat(alarms(new Univariate().create(1), values.length, i -> values[i]))
        .filteredOn(i -> i >= 3_000)
        .isNotEmpty();
  }

  @Test
  void habitThatIsBrokenIsFoundAndHabitThatIsKeptIsNot() {
    double[] values = officeDays(14, 1);
    List<Integer> kept = alarms(new Univariate().create(1), values.length, i -> values[i]);
    assertThat(kept).filteredOn(i -> i >= 4 * A_DAY).hasSizeLessThan(5);
    int missing = 0;
    for (int i = 10 * A_DAY; i < 11 * A_DAY; i++) {
      if (values[i] > 25) {
        missing = missing == 0 ? i : missing;
        values[i] -= 50;
      }
    }
    int from = missing;
    assertThat(alarms(new Univariate().create(1), values.length, i -> values[i]))
        .filteredOn(i -> i >= from && i < from + 12)
        .isNotEmpty();
    assertThat(kept).filteredOn(i -> i >= from && i < from + 12).isEmpty();
  }

  @Test
  void expectedValueFollowsTheHabit() {
    double[] values = officeDays(8, 1);
    StreamDetector detector = new Univariate().create(1);
    alarms(detector, values.length, i -> values[i]);
    long morning = START + values.length * FIVE_MINUTES;
    morning += Math.floorMod(10 * 3_600_000L - morning, 86_400_000L);
    detector.score(morning, new double[] {Double.NaN});
    assertThat(detector.expected()[0]).isCloseTo(50, within(1.0));
  }

  @Test
  void constantSeriesGivesNoAlarm() {
    for (double constant : new double[] {1e-3, 20.1, -1e9}) {
      StreamDetector detector = new Univariate().create(1);
      assertThat(alarms(detector, 2_000, i -> constant)).isEmpty();
      assertThat(alarms(detector, 2_000, i -> i % 2 == 0 ? constant : Math.nextUp(constant)))
          .as("differs by rounding only")
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e6, 1e10, -1e12, 1e13})
  void noiseFarFromZeroIsJudgedAsNoiseAroundZero(double offset) {
    double[] values = noise(3_000, 5);
    values[2_500] += 15;
    IntToDoubleFunction around = i -> values[i];
    List<Integer> alarms = alarms(new Univariate().create(1), values.length, around);
    assertThat(alarms).contains(2_500);
    assertThat(alarms(new Univariate().create(1), values.length, i -> offset + values[i]))
        .isEqualTo(alarms);
  }

  @Test
  void seriesThatWasConstantAlarmsWhenItMoves() {
    assertThat(alarms(new Univariate().create(1), 500, i -> i < 400 ? 5 : 5.1))
        .startsWith(400)
        .hasSizeLessThan(3);
  }

  @Test
  void noiseGivesAboutOneAlarmInAThousandReadingsAndFewerWhereFewerAreExpected() {
    int usual = 0;
    int rare = 0;
    for (int seed = 0; seed < 10; seed++) {
      double[] values = noise(10_000, seed);
      usual += alarms(new Univariate().create(1), values.length, i -> values[i]).size();
      rare +=
          alarms(new Univariate(10_000, 0.01, false).create(1), values.length, i -> values[i])
              .size();
    }
    assertThat(usual).isBetween(10, 200);
    assertThat(rare).isLessThan(usual / 4);
  }

  @Test
  void spikeLongAgoIsForgotten() {
    double[] values = noise(6_000, 3);
    values[500] += 30;
    values[5_900] += 15;
    assertThat(alarms(new Univariate(1_000, 1, false).create(1), values.length, i -> values[i]))
        .contains(500, 5_900);
  }

  @Test
  void lastingExcursionIsMarkedAsAWholeWhereThatIsAskedFor() {
    double[] values = noise(3_300, 1);
    for (int i = 3_000; i < 3_020; i++) {
      values[i] += 20;
    }
    assertThat(
            alarms(
                StreamDetectors.byName("univariate", Map.of("lasting", "true")).create(1),
                values.length,
                i -> values[i]))
        .filteredOn(i -> i >= 3_000)
        .contains(3_000, 3_010, 3_019)
        .hasSizeBetween(20, 150);
    assertThat(alarms(new Univariate().create(1), values.length, i -> values[i]))
        .filteredOn(i -> i >= 3_000)
        .hasSizeLessThan(4);
  }

  @Test
  void firstHundredReadingsScoreZero() {
    StreamDetector detector = new Univariate().create(1);
    for (int i = 0; i < 100; i++) {
      assertThat(detector.score(START + i, new double[] {i == 50 ? 1e6 : i % 7})).isZero();
    }
    assertThat(detector.score(START + 100, new double[] {1e9})).isGreaterThan(0.9);
  }

  @Test
  void featureThatSpikesGetsTheContribution() {
    StreamDetector detector = new Univariate().create(3);
    Random random = new Random(5);
    for (int i = 0; i <= 1_000; i++) {
      double[] values = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
      values[1] += i == 1_000 ? 12 : 0;
      double score = detector.score(START + i * FIVE_MINUTES, values);
      double[] contributions = detector.contributions();
      assertThat(contributions[0] + contributions[1] + contributions[2])
          .isCloseTo(score, within(1e-15));
      if (i == 1_000) {
        assertThat(score).isGreaterThan(0.5);
        assertThat(contributions[1]).isGreaterThan(0.9 * score);
      }
    }
  }

  @Test
  void stateStaysBelowTwoKilobytes() throws IOException {
    StreamDetector detector = new Univariate().create(1);
    double[] values = noise(20_000, 1);
    alarms(detector, values.length, i -> values[i]);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    detector.write(new DataOutputStream(bytes));
    assertThat(bytes.size())
        .as("every hour of the week was visited, every excursion is kept")
        .isEqualTo(13 + FeatureHistory.MAX_BYTES);
  }

  @Test
  void parametersOutOfRangeAreRefusedByName() {
    assertThatThrownBy(() -> StreamDetectors.byName("univariate", Map.of("memory", 10)))
        .hasMessage("memory must be 1000 to 1000000, was 10");
    assertThatThrownBy(() -> StreamDetectors.byName("univariate", Map.of("expected_alarms", "0")))
        .hasMessage("expected_alarms must be 0.001 to 100.0, was 0.0");
    assertThatThrownBy(() -> StreamDetectors.byName("univariate", Map.of("window", 3)))
        .hasMessageContaining("it has expected_alarms, lasting, memory");
    assertThatThrownBy(() -> StreamDetectors.byName("univariate", Map.of("lasting", "no")))
        .hasMessage("lasting must be true or false, was 'no'");
    assertThatThrownBy(() -> StreamDetectors.byName("hourglass", Map.of()))
        .hasMessageContaining("'hourglass'");
    assertThatThrownBy(() -> new Univariate().create(0))
        .hasMessage("features must be 1 to 4096, was 0");
    assertThatThrownBy(() -> new Univariate().create(2).score(START, new double[1]))
        .hasMessage("values must be 2, was 1");
  }
}
