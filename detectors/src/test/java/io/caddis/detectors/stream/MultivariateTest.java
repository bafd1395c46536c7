// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MultivariateTest {
  private static final int FEATURES = 8;
  private static final int WARM = 600;

  /** Eight sensors that follow two slow causes, each with noise of its own, in units of its own. */
  private static double[][] series(int rows, long seed) {
    Random random = new Random(seed);
    double[][] series = new double[rows][FEATURES];
    double first = 0;
    double second = 0;
    for (double[] row : series) {
      first = 0.9 * first + random.nextGaussian();
      second = 0.8 * second + random.nextGaussian();
      for (int j = 0; j < FEATURES; j++) {
        double cause = j % 2 == 0 ? first : second;
        row[j] = 100 * j + (j + 1) * (cause + 0.5 * random.nextGaussian());
      }
    }
    return series;
  }

  private static double[] scores(StreamDetector detector, double[][] rows, int from, int to) {
    double[] scores = new double[to - from];
    for (int i = from; i < to; i++) {
      scores[i - from] = detector.score(i * 1000L, rows[i]);
    }
    return scores;
  }

  private static StreamDetectorType type(String name) {
    return StreamDetectors.byName(name, Map.of());
  }

  private static StreamDetector warm(String name, double[][] rows) {
    StreamDetector detector = type(name).create(FEATURES);
    scores(detector, rows, 0, WARM);
    return detector;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static long flagged(double[] scores) {
    return Arrays.stream(scores).filter(score -> score >= 0.5).count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "stream_knn", "auto"})
  void usualReadingsAreSeldomFlagged(String name) {
    double[][] rows = series(6_000, 1);
    double[] scores = scores(warm(name, rows), rows, WARM, 6_000);
    assertThat(flagged(scores)).isLessThan(scores.length / 20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "stream_knn", "auto"})
  void spikeOfOneFeatureIsFlaggedAndAttributedToIt(String name) {
    double[][] rows = series(WARM + 1, 2);
    StreamDetector detector = warm(name, rows);
    rows[WARM][3] += 200;
    assertThat(detector.score(WARM * 1000L, rows[WARM])).isGreaterThanOrEqualTo(0.5);
    double[] contributions = detector.contributions();
    assertThat(contributions[3]).isEqualTo(Arrays.stream(contributions).max().orElseThrow());
    assertThat(detector.expected()[3]).isCloseTo(rows[WARM][3] - 200, within(20.0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "auto"})
  void featureThatTurnsUpLateIsLearnedAndThenJudged(String name) {
    double[][] rows = series(4_000, 12);
    for (int i = 0; i < 1_500; i++) {
      rows[i][3] = Double.NaN;
    }
    StreamDetector detector = warm(name, rows);
    double[] scores = scores(detector, rows, WARM, rows.length - 1);
    assertThat(flagged(scores)).isLessThan(scores.length / 20);
    rows[3_999][3] += 200;
    assertThat(detector.score(3_999_000L, rows[3_999])).isGreaterThanOrEqualTo(0.5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "auto"})
  void brokenCorrelationIsFlaggedThoughEveryValueIsUsual(String name) {
    double[][] rows = series(WARM + 60, 3);
    StreamDetector detector = warm(name, rows);
    double[][] other = series(WARM + 60, 4);
    for (int i = WARM; i < rows.length; i++) {
      rows[i][0] = other[i][0];
      rows[i][2] = other[i][2];
    }
    double[] scores = scores(detector, rows, WARM, rows.length);
    assertThat(flagged(Arrays.copyOfRange(scores, 20, 60))).isGreaterThan(25);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "auto"})
  void faultIsOverWhenTheSensorComesToRestNearItsOldLevels(String name) {
    double[][] rows = series(2_000, 13);
    StreamDetector detector = warm(name, rows);
    for (int i = WARM; i < rows.length; i++) {
      rows[i][2] += i < WARM + 400 ? 80 : 20;
      rows[i][5] += i < WARM + 400 ? 80 : 15;
    }
    double[] scores = scores(detector, rows, WARM, rows.length);
    assertThat(flagged(Arrays.copyOfRange(scores, 20, 400))).isEqualTo(380);
    assertThat(flagged(Arrays.copyOfRange(scores, 440, scores.length))).isLessThan(50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "auto"})
  void changeOfUnitIsToldOnceAndThenUsual(String name) {
    double[][] rows = series(2_000, 16);
    StreamDetector detector = warm(name, rows);
    for (int i = WARM; i < rows.length; i++) {
      rows[i][4] *= 1000;
    }
    rows[1_900][4] *= 2;
    double[] scores = scores(detector, rows, WARM, rows.length);
    assertThat(flagged(Arrays.copyOfRange(scores, 10, 50))).isEqualTo(40);
    assertThat(flagged(Arrays.copyOfRange(scores, 150, 1_300))).isLessThan(60);
    assertThat(scores[1_300]).isGreaterThanOrEqualTo(0.5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "auto"})
  void valueThatGoesMissingDoesNotContradictTheOthers(String name) {
    double[][] rows = series(3_000, 17);
    StreamDetector detector = warm(name, rows);
    for (int i = WARM; i < rows.length; i++) {
      rows[i][0] = Double.NaN;
      rows[i][3] = Double.NaN;
    }
    double[] scores = scores(detector, rows, WARM, rows.length);
    assertThat(flagged(scores)).isLessThan(scores.length / 10);
    rows[2_999][6] += 300;
    assertThat(detector.score(3_000_000L, rows[2_999])).isGreaterThanOrEqualTo(0.5);
    assertThat(detector.contributions()[0]).isLessThan(detector.contributions()[6]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "auto"})
  void stuckSensorIsToldAndThenTheOthersAreJudgedWithoutIt(String name) {
    double[][] rows = series(3_000, 18);
    StreamDetector detector = warm(name, rows);
    for (int i = WARM; i < 2_000; i++) {
      rows[i][3] = 360;
    }
    for (int i = 1_900; i < 1_905; i++) {
      rows[i][6] += 300;
    }
    double[] told = scores(detector, rows, WARM, WARM + 100);
    assertThat(flagged(Arrays.copyOfRange(told, 20, 100))).isEqualTo(80);
    assertThat(detector.contributions()[3])
        .isEqualTo(Arrays.stream(detector.contributions()).max().orElseThrow());
    assertThat(flagged(scores(detector, rows, WARM + 100, 1_900))).isLessThan(100);
    assertThat(flagged(scores(detector, rows, 1_900, 1_905))).isGreaterThan(2);
    assertThat(flagged(scores(detector, rows, 1_905, 3_000))).isLessThan(110);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "auto"})
  void newFaultAtTheNewLevelsIsFlagged(String name) {
    double[][] rows = series(2_000, 14);
    StreamDetector detector = warm(name, rows);
    for (int i = WARM; i < rows.length; i++) {
      rows[i][2] += i < WARM + 400 || i >= WARM + 1_000 ? 80 : 20;
    }
    double[] scores = scores(detector, rows, WARM, rows.length);
    assertThat(flagged(Arrays.copyOfRange(scores, 500, 1_000))).isLessThan(25);
    assertThat(flagged(Arrays.copyOfRange(scores, 1_020, 1_400))).isGreaterThan(370);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "auto"})
  void faultThatTurnsIntoAnotherIsNotOver(String name) {
    double[][] rows = series(1_400, 15);
    StreamDetector detector = warm(name, rows);
    for (int i = WARM; i < rows.length; i++) {
      rows[i][i < WARM + 300 ? 2 : 5] += i < WARM + 300 ? 40 : 80;
    }
    double[] scores = scores(detector, rows, WARM, rows.length);
    assertThat(flagged(Arrays.copyOfRange(scores, 20, 800))).isEqualTo(780);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "stream_knn", "auto"})
  void shiftStaysFlaggedUntilItIsTakenAsNewRegime(String name) {
    double[][] rows = series(8_000, 5);
    StreamDetector detector = warm(name, rows);
    for (int i = WARM; i < rows.length; i++) {
      rows[i][2] += 40;
    }
    double[] scores = scores(detector, rows, WARM, rows.length);
    assertThat(flagged(Arrays.copyOfRange(scores, 20, 1_900))).isGreaterThan(1_800);
    assertThat(flagged(Arrays.copyOfRange(scores, 5_000, 7_400))).isLessThan(240);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "stream_knn", "auto"})
  void unitsOffsetsOrderAndDatesDoNotMatter(String name) {
    double[][] rows = series(2_000, 6);
    rows[1_500][4] += 100;
    Random random = new Random(7);
    double[] units = random.doubles(FEATURES, 0.01, 100).toArray();
    double[] offsets = random.doubles(FEATURES, -1000, 1000).toArray();
    StreamDetector detector = type(name).create(FEATURES);
    StreamDetector twin = type(name).create(FEATURES);
    for (int i = 0; i < rows.length; i++) {
      double[] other = new double[FEATURES];
      for (int j = 0; j < FEATURES; j++) {
        other[FEATURES - 1 - j] = units[j] * rows[i][j] + offsets[j];
      }
      double score = detector.score(i * 1000L, rows[i]);
      assertThat(twin.score(i * 1000L + 604_800_000L, other)).isCloseTo(score, within(1e-4));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "stream_knn", "auto"})
  void writtenAndReadBackGoesOnAsIfNothingHadHappened(String name) throws IOException {
    double[][] rows = series(3_000, 8);
    rows[40][1] = Double.NaN;
    for (int at : new int[] {0, 10, 100, 450, 1_700}) {
      StreamDetector detector = type(name).create(FEATURES);
      scores(detector, rows, 0, at);
      StreamDetector copy = read(name, written(detector));
      assertThat(scores(copy, rows, at, 3_000)).containsExactly(scores(detector, rows, at, 3_000));
      assertThat(written(copy)).isEqualTo(written(detector));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "stream_knn", "auto"})
  void stateOfEightFeaturesStaysBelowEightKilobytes(String name) throws IOException {
    double[][] rows = series(20_000, 9);
    StreamDetector detector = type(name).create(FEATURES);
    scores(detector, rows, 0, 5_000);
    int before = written(detector).length;
    scores(detector, rows, 5_000, 20_000);
    assertThat(written(detector)).hasSize(before).hasSizeLessThanOrEqualTo(8192);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "stream_knn", "auto"})
  void missingConstantTwinAndExtremeColumnsGiveFiniteScoresThatTheSharesAddUpTo(String name) {
    double[][] rows = series(3_000, 10);
    Random random = new Random(11);
    double[] extremes = {Double.NaN, 1e308, -1e308, Double.POSITIVE_INFINITY, 1e29, 0, 1e-300};
    StreamDetector detector = type(name).create(FEATURES);
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = 7;
      rows[i][1] = rows[i][2];
      rows[i][3] = i % 2;
      if (random.nextInt(50) == 0) {
        rows[i][random.nextInt(FEATURES)] = extremes[random.nextInt(extremes.length)];
      }
      double score = detector.score(i * 1000L, rows[i]);
      assertThat(score).isBetween(0.0, 1.0);
      assertThat(Arrays.stream(detector.contributions()).sum()).isCloseTo(score, within(1e-9));
      assertThat(detector.rawScore()).isFinite();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mewma", "t2q", "stream_knn", "auto"})
  void constantColumnThatMovesIsFlagged(String name) {
    double[][] rows = series(WARM + 30, 12);
    for (int i = 0; i < rows.length; i++) {
      rows[i][5] = i < WARM ? 1 : 1.001;
    }
    StreamDetector detector = warm(name, rows);
    assertThat(flagged(scores(detector, rows, WARM, rows.length))).isGreaterThan(25);
  }

  @Test
  void autoSaysWhatItMeasuresBy() {
    double[][] rows = series(WARM, 13);
    assertThat(type("auto").create(8).member()).isEqualTo("warm-up");
    StreamDetector smoothed = warm("auto", rows);
    assertThat(smoothed.member()).isEqualTo("mewma, smoothed");
    assertThat(smoothed.basis())
        .matches("8 features, largest lag-one autocorrelation 0\\.[3-9]\\d \\(.*\\), 600 readings");
    Random random = new Random(14);
    for (double[] row : rows) {
      Arrays.setAll(row, j -> random.nextGaussian());
    }
    assertThat(warm("auto", rows).member()).isEqualTo("mewma, row by row");
  }

  @Test
  void autoTakesOneFeatureToUnivariate() throws IOException {
    StreamDetector auto = type("auto").create(1);
    StreamDetector univariate = type("univariate").create(1);
    Random random = new Random(15);
    for (int i = 0; i < 1_000; i++) {
      double[] value = {random.nextGaussian()};
      assertThat(auto.score(i * 1000L, value)).isEqualTo(univariate.score(i * 1000L, value));
    }
    assertThat(written(read("auto", written(auto)))).isEqualTo(written(univariate));
  }

  @Test
  void hundredFeaturesAreScoredInBlocks() throws IOException {
    Random random = new Random(16);
    StreamDetector detector = type("mewma").create(100);
    double[] row = new double[100];
    for (int i = 0; i < WARM; i++) {
      Arrays.setAll(row, j -> random.nextGaussian());
      detector.score(i * 1000L, row);
    }
    row[99] = 50;
    assertThat(detector.score(WARM * 1000L, row)).isGreaterThan(0.5);
    assertThat(detector.contributions()[99]).isGreaterThan(mean(detector.contributions()) * 10);
    assertThat(written(read("mewma", written(detector)))).isEqualTo(written(detector));
  }

  @Test
  void damagedBytesAreRefused() throws IOException {
    byte[] bytes = written(warm("auto", series(WARM, 17)));
    Random random = new Random(18);
    for (int i = 0; i < 2_000; i++) {
      byte[] damaged = bytes.clone();
      damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> read("auto", damaged)).isInstanceOf(IOException.class);
    }
    for (int length = 0; length < bytes.length; length += 7) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> read("auto", cut)).isInstanceOf(IOException.class);
    }
  }

  /**
   * Its format is the one before, without the repeats: 17 bytes a feature after the smoothed
   * values.
   */
  @Test
  void stateOfTheVersionBeforeGoesOn() throws IOException {
    double[][] rows = series(WARM + 200, 19);
    StreamDetector detector = warm("auto", rows);
    byte[] bytes = written(detector);
    int at = 1 + 4 + 4 + 24 + 16 * FEATURES;
    int less = 17 * FEATURES;
    ByteBuffer before = ByteBuffer.allocate(bytes.length - less);
    before.put(bytes, 0, at).put(bytes, at + less, bytes.length - at - less);
    before.put(0, (byte) 0x4E).putInt(5, before.getInt(5) - less);
    CRC32 checksum = new CRC32();
    checksum.update(before.array(), 9, before.getInt(5));
    before.putInt(9 + before.getInt(5), (int) checksum.getValue());
    assertThat(scores(read("auto", before.array()), rows, WARM, WARM + 200))
        .containsExactly(scores(detector, rows, WARM, WARM + 200));
  }

  @Test
  void unknownParametersAndRangesAreNamed() {
    assertThatThrownBy(() -> StreamDetectors.byName("mewma", Map.of("warm_up", 10)))
        .hasMessage("warm_up must be 50 to 100000, was 10");
    assertThatThrownBy(() -> StreamDetectors.byName("t2q", Map.of("warmup", 10)))
        .hasMessageContaining("it has warm_up");
  }

  private static byte[] written(StreamDetector detector) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    detector.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static StreamDetector read(String name, byte[] bytes) throws IOException {
    return type(name).read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }
}
