// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IsolationForestTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new IsolationForest();
  }

  @Override
  String knownChecksum() {
    return "d2f38fad7882ae7d3aff334e26d54f43c6a056398d0786385aa15cdd4068c144";
  }

  @ParameterizedTest
  @CsvSource({
    "1,2,2",
    "7,16,3",
    "8,256,16",
    "9,256,16",
    "100,256,16",
    "30,1000,4",
    "3,4096,40",
    "100,256,1"
  })
  void scoresEqualThoseOfTheSameTreesWalkedNaively(int trees, int maxSamples, int features) {
    double[][] rows = SampleRows.gaussian(3_000, features, 1);
    FittedDetector forest = new IsolationForest(trees, maxSamples).fit(rows, 5);
    NaiveForest naive = NaiveForest.of(forest);
    for (double[] row : SampleRows.gaussian(500, features, 2)) {
      assertThat(forest.rawScore(row)).isCloseTo(naive.rawScore(row), within(1e-12));
    }
    assertThat(forest.rawScore(rows[0])).isCloseTo(naive.rawScore(rows[0]), within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({"100,256,1", "100,256,2", "37,256,3", "100,256,4", "200,16,4", "20,4096,4"})
  void manyRowsScoreTheSameToTheLastBitAsEachAlone(int trees, int maxSamples, int features) {
    double[][] training = SampleRows.gaussian(5_000, features, 1);
    FittedDetector forest = new IsolationForest(trees, maxSamples).fit(training, 5);
    double[][] rows = SampleRows.gaussian(5_000, features, 2);
    // on the thresholds, too, and where no threshold is
    System.arraycopy(training, 0, rows, 0, 1_000);
    double[] odd = {0.0, -0.0, 1e-40, -1e-40, 1e300, -1e300, Double.NaN, Double.MIN_VALUE};
    for (int i = 0; i < 100; i++) {
      rows[i][i % features] = odd[i % odd.length];
    }
    double[] alone = Arrays.stream(rows).mapToDouble(forest::rawScore).toArray();
    assertThat(forest.rawScores(rows)).isEqualTo(alone);
    assertThat(new HashSet<>(Arrays.stream(alone).boxed().toList())).hasSizeGreaterThan(100);
  }

  @Test
  void scoresAgreeWithATextbookForestGrownOnItsOwn() {
    double[][] rows = SampleRows.gaussian(2_000, 6, 3);
    double[][] probes = SampleRows.gaussian(400, 6, 4);
    for (int i = 0; i < 40; i++) {
      probes[i][i % 6] += 6;
    }
    FittedDetector forest = new IsolationForest(300, 256).fit(rows, 1);
    TextbookForest one = new TextbookForest(rows, 300, 256, new Random(9));
    TextbookForest other = new TextbookForest(rows, 300, 256, new Random(10));
    double chance = meanDistance(probes, one::rawScore, other::rawScore);
    assertThat(meanDistance(probes, one::rawScore, forest::rawScore)).isLessThan(1.5 * chance);
    assertThat(meanDistance(probes, other::rawScore, forest::rawScore)).isLessThan(1.5 * chance);
  }

  private static double meanDistance(
      double[][] rows, ToDoubleFunction<double[]> one, ToDoubleFunction<double[]> other) {
    return Arrays.stream(rows)
        .mapToDouble(row -> Math.abs(one.applyAsDouble(row) - other.applyAsDouble(row)))
        .average()
        .orElseThrow();
  }

  @Test
  void anotherSeedGrowsOtherTrees() {
    double[][] rows = SampleRows.gaussian(500, 4, 1);
    assertThat(bytes(detector().fit(rows, 1))).isNotEqualTo(bytes(detector().fit(rows, 2)));
  }

  @Test
  void theOrderOfTheRowsIsPartOfTheResult() {
    double[][] rows = SampleRows.gaussian(500, 4, 1);
    double[][] reversed = rows.clone();
    for (int i = 0; i < rows.length; i++) {
      reversed[i] = rows[rows.length - 1 - i];
    }
    assertThat(bytes(detector().fit(reversed, 1))).isNotEqualTo(bytes(detector().fit(rows, 1)));
  }

  @Test
  void constantFeaturesAreNeverChosenWhileOthersVary() {
    double[][] rows = SampleRows.gaussian(500, 6, 1);
    for (double[] row : rows) {
      row[0] = 3;
      row[4] = -1;
    }
    assertThat(NaiveForest.of(detector().fit(rows, 1)).features()).containsExactly(1, 2, 3, 5);
  }

  @Test
  void everyVaryingFeatureIsChosenAboutAsOften() {
    double[][] rows = SampleRows.gaussian(2_000, 8, 1);
    int[] roots = new int[8];
    NaiveForest naive = NaiveForest.of(new IsolationForest(2_000, 64).fit(rows, 1));
    naive.roots().forEach(root -> roots[root.feature()]++);
    assertThat(Arrays.stream(roots).min().orElseThrow()).isGreaterThan(190);
    assertThat(Arrays.stream(roots).max().orElseThrow()).isLessThan(310);
  }

  @Test
  void widestRowsAndEqualOnesAreCovered() {
    double[][] rows = new double[300][4096];
    FittedDetector forest = new IsolationForest(100, 256).fit(rows, 1);
    double usual = forest.rawScore(rows[0]);
    Set<Double> others = new HashSet<>();
    for (int feature = 0; feature < 4096; feature++) {
      double[] row = new double[4096];
      row[feature] = feature % 2 == 0 ? 1 : -1;
      others.add(forest.rawScore(row));
    }
    assertThat(others).allMatch(score -> score > usual);
  }

  @Test
  void numbersBeyondSinglePrecisionStillCompare() {
    double[][] rows = new double[200][1];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = i % 2 == 0 ? 1e100 : -1e100;
    }
    FittedDetector forest = detector().fit(rows, 1);
    assertThat(forest.rawScore(new double[] {1e150})).isBetween(0.0, 1.0);
    assertThat(forest.rawScore(new double[] {Double.NaN})).isBetween(0.0, 1.0);
    assertThat(forest.rawScore(new double[] {-0.0})).isEqualTo(forest.rawScore(new double[] {0.0}));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "0; 256; trees must be 1 to 10000, was 0",
        "10001; 2; trees must be 1 to 10000, was 10001",
        "100; 1; max_samples must be 2 to 16384, was 1",
        "1; 16385; max_samples must be 2 to 16384, was 16385",
        "10000; 256; trees times max_samples must be at most 2000000, was 10000 times 256"
      })
  void parametersOutOfRangeAreRefused(int trees, int maxSamples, String message) {
    assertThatThrownBy(() -> new IsolationForest(trees, maxSamples))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void largestForestStaysWithinTheModelLimit() {
    double[][] rows = SampleRows.gaussian(200, 3, 1);
    FittedDetector forest = new IsolationForest(10_000, 200).fit(rows, 1);
    assertThat(bytes(forest).length).isLessThan(32_000_000);
    assertThat(forest.rawScore(rows[0])).isBetween(0.0, 1.0);
  }
}
