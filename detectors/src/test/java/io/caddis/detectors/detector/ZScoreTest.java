// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class ZScoreTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new ZScore();
  }

  @Override
  String knownChecksum() {
    return "70799dc51b4eda2e220b495214f832cb06eea568844cadfd56b3506cb4301359";
  }

  @Test
  void rawScoreIsTheLargestDistanceInStandardDeviations() {
    // means 5 and 0, standard deviations 2 and 1
    double[][] rows = {{3, -1}, {7, 1}, {3, 1}, {7, -1}};
    FittedDetector fitted = detector().fit(rows, 1);
    assertThat(fitted.rawScore(new double[] {5, 0})).isZero();
    assertThat(fitted.rawScore(new double[] {11, 2})).isCloseTo(3, within(1e-12));
    assertThat(fitted.rawScore(new double[] {4, -4})).isCloseTo(4, within(1e-12));
  }

  @Test
  void theOrderOfTheRowsDoesNotMatter() {
    double[] probe = {0.3};
    double[][] rows = {{0.1}, {0.7}, {1e-9}, {5}};
    double[][] other = {{5}, {1e-9}, {0.7}, {0.1}};
    assertThat(detector().fit(rows, 1).rawScore(probe))
        .isEqualTo(detector().fit(other, 2).rawScore(probe));
  }

  @Property(tries = 200)
  void learningOnGivesTheStatisticsOfAllRows(
      @ForAll @IntRange(min = 1, max = 60) int before,
      @ForAll @IntRange(min = 1, max = 60) int more,
      @ForAll @DoubleRange(min = -1e3, max = 1e3) double offset,
      @ForAll long seed) {
    double[][] all = SampleRows.gaussian(before + more, 3, seed);
    for (int i = 0; i < all.length; i++) {
      all[i][0] += offset;
      all[i][1] = 0.1;
      all[i][2] = i < before ? 7 : all[i][2] * 1e6;
    }
    Updatable.Learner learner = new ZScore().fit(Arrays.copyOf(all, before), 1).learner();
    for (int i = before; i < all.length; i++) {
      learner.update(all[i]);
    }
    FittedDetector whole = new ZScore().fit(all, 1);
    for (double[] probe : new double[][] {{offset, 0.1, 7}, {offset + 9, 0.1, 7}, {0, 3, -1e7}}) {
      double expected = whole.rawScore(probe);
      Offset<Double> precision = within(1e-9 * (1 + Math.abs(expected)));
      assertThat(learner.rawScore(probe)).isCloseTo(expected, precision);
      assertThat(learner.fitted().rawScore(probe)).isEqualTo(learner.rawScore(probe));
      assertThat(learner.fitted().expected(probe, 1)).isEqualTo(0.1);
    }
  }

  @Test
  void learningGoesOnAcrossWritingAndReadingAndLeavesFittedDetectorsAlone() {
    assertLearningGoesOnAcrossWritingAndReading(new ZScore().fit(SampleRows.gaussian(50, 2, 1), 1));
  }

  @Test
  void aModelThatEndsWithItsBandsScoresButCannotLearn() {
    byte[] written = bytes(new ZScore().fit(SampleRows.gaussian(50, 2, 1), 1));
    byte[] older = Arrays.copyOf(written, 2 * 3 * 8);
    FittedDetector read = Detectors.read("zscore", 2, new PayloadReader(older, 0, older.length));
    assertThat(read).isNotInstanceOf(Updatable.class);
    assertThat(bytes(read)).isEqualTo(older);
  }
}
