// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class HalfSpaceTreesTest extends DetectorContractTest {
  @Override
  Detector detector() {
    return new HalfSpaceTrees();
  }

  @Override
  String knownChecksum() {
    return "df86311de7e4f2bdcddb8706e77bab13667e3b16e6413246973f54fc8fbccf65";
  }

  @Test
  void forgettingTheOldLevelTakesOneWindow() {
    Updatable fitted = new HalfSpaceTrees(25, 8, 100).fit(SampleRows.gaussian(500, 2, 1), 1);
    double[] old = {0, 0};
    double[] moved = {3, 3};
    assertThat(fitted.rawScore(moved)).isGreaterThan(fitted.rawScore(old) + 2);
    Updatable.Learner learner = fitted.learner();
    double[][] rows = SampleRows.gaussian(100, 2, 2);
    for (int i = 0; i < rows.length; i++) {
      assertThat(learner.rawScore(moved)).isEqualTo(fitted.rawScore(moved));
      learner.update(new double[] {3 + 0.1 * rows[i][0], 3 + 0.1 * rows[i][1]});
    }
    assertThat(learner.rawScore(old)).isGreaterThan(learner.rawScore(moved) + 2);
    assertThat(learner.fitted().rawScore(old)).isEqualTo(learner.rawScore(old));
  }

  @Test
  void learningGoesOnAcrossWritingAndReadingAndLeavesFittedDetectorsAlone() {
    assertLearningGoesOnAcrossWritingAndReading(
        new HalfSpaceTrees(5, 4, 10).fit(SampleRows.gaussian(50, 2, 1), 1));
  }

  @Test
  void treesThatWouldNotFitAreRefused() {
    assertThatThrownBy(
            () -> Detectors.byName("half_space_trees", Map.of("n_estimators", 100, "height", 12)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("n_estimators times 2^height must be at most 262144, was 100 times 2^12");
  }
}
