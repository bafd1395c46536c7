// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.SampleRows;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.threshold.ThresholdRule;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Curves, stability of rates, worst events and decision surfaces. */
class EvaluationOverTimeTest {
  /** A reading a second; '#' in flags and labels is true; the score says where it stands. */
  private static LabelledSeries series(String key, String flags, String labels) {
    int rows = flags.length();
    long[] times = new long[rows];
    double[] scores = new double[rows];
    boolean[] flagged = new boolean[rows];
    boolean[] labelled = new boolean[rows];
    for (int i = 0; i < rows; i++) {
      times[i] = 1000L * i;
      flagged[i] = flags.charAt(i) == '#';
      labelled[i] = labels.charAt(i) == '#';
      scores[i] = (flagged[i] ? 0.6 : 0.1) + i / 1000.0;
    }
    return new LabelledSeries(key, times, scores, flagged, labelled);
  }

  @Test
  void theAreaUnderTheRocCurveIsTheRocAuc() {
    Random random = new Random(3);
    int rows = 5000;
    double[] scores = new double[rows];
    boolean[] labels = new boolean[rows];
    for (int i = 0; i < rows; i++) {
      labels[i] = random.nextInt(10) == 0;
      scores[i] = Math.round(100 * (random.nextDouble() + (labels[i] ? 0.3 : 0))) / 130.0;
    }
    Curves curves =
        Curves.of(
            List.of(new LabelledSeries("s", new long[rows], scores, new boolean[rows], labels)));

    double area = 0;
    for (int i = 1; i < curves.roc().size(); i++) {
      Curves.Point a = curves.roc().get(i - 1);
      Curves.Point b = curves.roc().get(i);
      assertThat(b.x()).isGreaterThanOrEqualTo(a.x());
      area += (b.x() - a.x()) * (a.y() + b.y()) / 2;
    }
    assertThat(area).isCloseTo(RankMetrics.of(scores, labels).rocAuc(), within(1e-3));
    assertThat(curves.roc()).startsWith(new Curves.Point(0, 0)).endsWith(new Curves.Point(1, 1));
    assertThat(curves.roc()).hasSizeLessThan(1000);
    assertThat(curves.precisionRecall().get(curves.precisionRecall().size() - 1).x()).isEqualTo(1);
  }

  @Test
  void labelsThatAreAllAlikeHaveNoCurves() {
    assertThat(Curves.of(List.of(series("s", "#..", "..."))).roc()).isEmpty();
  }

  @Test
  void driftIsTheFarthestWindowFromTheExpectedRate() {
    List<LabelledSeries> all = List.of(series("s", "#.........####......", ".".repeat(20)));

    RateStability stability = RateStability.of(all, 4, 0.1);
    assertThat(stability.windows())
        .extracting(RateStability.Window::flagged)
        .containsExactly(1L, 0L, 4L, 0L);
    assertThat(stability.rate()).isEqualTo(0.25);
    assertThat(stability.drift()).isCloseTo(0.7, within(1e-12));
    assertThat(stability.isStable(0.71)).isTrue();
    assertThat(stability.isStable(0.69)).isFalse();
    assertThat(RateStability.of(all, 4, Double.NaN).expected()).isEqualTo(0.25);
    assertThat(RateStability.of(all, 1, Double.NaN).drift()).isZero();
  }

  @Test
  void aWindowOfFewReadingsDoesNotTell() {
    LabelledSeries few = series("s", "#", ".");
    long[] times = new long[100];
    Arrays.setAll(times, i -> 90_000 + 100L * i);
    LabelledSeries many =
        new LabelledSeries("t", times, new double[100], new boolean[100], new boolean[100]);

    assertThat(RateStability.of(List.of(few, many), 10, 0).drift()).isLessThan(0.05);
  }

  @Test
  void worstEventsAreTheLongestMissedAndTheLoudestFalseAlarms() {
    List<WorstEvents.Event> worst =
        WorstEvents.of(
            List.of(
                series("a", "....#....#", ".##.##...."), series("b", "#.........", "......###.")),
            1);

    assertThat(worst).hasSize(2);
    assertThat(worst.get(0).kind()).isEqualTo(WorstEvents.Kind.MISSED);
    assertThat(worst.get(0).key()).isEqualTo("b");
    assertThat(worst.get(0).readings()).isEqualTo(3);
    assertThat(worst.get(0).start()).isEqualTo(6000);
    assertThat(worst.get(0).end()).isEqualTo(8000);
    assertThat(worst.get(1).kind()).isEqualTo(WorstEvents.Kind.FALSE_ALARM);
    assertThat(worst.get(1).key()).isEqualTo("a");
    assertThat(worst.get(1).peak()).isCloseTo(0.609, within(1e-9));
  }

  private static Model model(String detector) {
    return new ModelTrainer(
            SampleRows.mixedSchema(),
            Detectors.byName(detector, Map.of()),
            Scaling.ROBUST,
            new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.02))
        .fit(SampleRows.mixed(300, 1), 7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"isolation_forest", "zscore", "mcd", "knn"})
  void theMiddleOfTheSurfaceIsNormalAndItsCornersAreNot(String detector) {
    DecisionSurface surface =
        DecisionSurface.of(model(detector), "temperature", "pressure", 41, 31);

    double lowest = 1;
    for (double[] row : surface.scores()) {
      assertThat(row).hasSize(41);
      lowest = Math.min(lowest, Arrays.stream(row).min().orElseThrow());
    }
    assertThat(surface.scores()).hasDimensions(31, 41);
    assertThat(lowest).isLessThan(surface.threshold());
    assertThat(surface.scores()[0][0]).isGreaterThan(lowest);
    assertThat(surface.scores()[30][40]).isGreaterThan(lowest);
    assertThat(surface.xs()).isSorted();
  }

  @Test
  void onlyTwoNumericFeaturesOfTheModelSpanASurface() {
    assertThatThrownBy(() -> DecisionSurface.of(model("zscore"), "country", "pressure", 5, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[temperature, pressure]");
    assertThatThrownBy(() -> DecisionSurface.of(model("zscore"), "pressure", "pressure", 5, 5))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
