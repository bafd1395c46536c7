// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KnnTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new Knn();
  }

  @Override
  String knownChecksum() {
    return "6afbbe0f06a0254ff6d45ad07d2d138a9883d0c00f9fa8ded2fc8b5985ceed2d";
  }

  @Test
  void parametersReachIt() {
    assertThat(
            Detectors.byName(
                "knn", Map.of("n_neighbors", 3, "method", "largest", "reference_rows", "500")))
        .isEqualTo(new Knn(3, Knn.Method.LARGEST, 500));
    assertThatThrownBy(() -> Detectors.byName("knn", Map.of("method", "median")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("method must be mean or largest, was 'median'");
    assertThatThrownBy(() -> Detectors.byName("knn", Map.of("n_neighbors", 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("n_neighbors must be 1 to 256, was 0");
  }

  @Test
  void rawScoreIsTheDistanceToTheNeighbours() {
    double[][] rows = {{0, 0}, {3, 4}, {6, 8}};
    double[] probe = {0, 0.5};
    FittedDetector mean = new Knn(2, Knn.Method.MEAN, 256).fit(rows, 1);
    FittedDetector largest = new Knn(2, Knn.Method.LARGEST, 256).fit(rows, 1);
    double second = Math.sqrt(9 + 3.5 * 3.5);
    assertThat(mean.rawScore(probe)).isCloseTo((0.5 + second) / 2, within(1e-12));
    assertThat(largest.rawScore(probe)).isCloseTo(second, within(1e-12));
  }

  @Test
  void trainingRowIsNotItsOwnNeighbour() {
    double[][] rows = {{0, 0}, {3, 4}, {6, 8}};
    FittedDetector fitted = new Knn(1, Knn.Method.MEAN, 256).fit(rows, 1);
    assertThat(fitted.rawScore(new double[] {0, 0})).isEqualTo(5);
  }

  @Test
  void nearestAgreesWithSortingAllDistances() {
    double[][] rows = SampleRows.gaussian(300, 21, 1);
    ReferenceRows reference = ReferenceRows.of(rows);
    for (double[] probe : SampleRows.gaussian(100, 21, 2)) {
      double[] distances = new double[7];
      assertThat(reference.nearest(probe, distances, new int[7])).isEqualTo(7);
      assertThat(distances).containsExactly(sortedDistances(rows, probe, 7), within(1e-9));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 4", "9, 7", "200, 18", "1025, 5"})
  void distancesToAllRowsAreThoseToEachOneToTheLastBit(int count, int features) {
    double[][] rows = SampleRows.gaussian(count, features, 1);
    double[] probe = SampleRows.gaussian(1, features, 2)[0];
    double[] expected =
        Arrays.stream(rows).mapToDouble(row -> ReferenceRows.square(probe, row)).toArray();
    assertThat(ReferenceRows.of(rows).squares(probe)).isEqualTo(expected);
  }

  private static double[] sortedDistances(double[][] rows, double[] probe, int count) {
    return Arrays.stream(rows)
        .mapToDouble(
            row -> {
              double sum = 0;
              for (int i = 0; i < row.length; i++) {
                sum += (row[i] - probe[i]) * (row[i] - probe[i]);
              }
              return Math.sqrt(sum);
            })
        .sorted()
        .limit(count)
        .toArray();
  }

  @Test
  void anomaliesInTheTrainingRowsDoNotBecomeReferences() {
    double[][] rows = SampleRows.gaussian(500, 3, 3);
    for (int i = 0; i < 25; i++) {
      rows[20 * i] = new double[] {30 + 0.01 * i, 30, 30};
    }
    FittedDetector fitted = detector().fit(rows, 1);
    assertThat(fitted.rawScore(new double[] {30, 30, 30})).isGreaterThan(40);
  }
}
