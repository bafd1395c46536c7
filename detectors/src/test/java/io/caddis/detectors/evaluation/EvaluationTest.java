// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Expected values come from an independent implementation in Python with numpy. */
class EvaluationTest {
  private static final Offset<Double> EXACT = within(1e-12);

  private static final int ROWS = 400;

  private static boolean[] labels() {
    boolean[] labels = new boolean[ROWS];
    Arrays.fill(labels, 40, 55, true);
    Arrays.fill(labels, 120, 121, true);
    Arrays.fill(labels, 128, 160, true);
    Arrays.fill(labels, 300, 340, true);
    return labels;
  }

  /** Scores with many ties, a quarter higher where anomalous. */
  private static double[] scores() {
    double[] scores = new double[ROWS];
    boolean[] labels = labels();
    long x = 12345;
    for (int i = 0; i < ROWS; i++) {
      x = (x * 1103515245 + 12345) % (1L << 31);
      scores[i] = (x >> 8) % 97 / 97.0 + (labels[i] ? 0.25 : 0);
    }
    return scores;
  }

  private static LabelledSeries series(String flags, String labels) {
    boolean[] flagged = marks(flags);
    return new LabelledSeries(
        "s", new long[flagged.length], new double[flagged.length], flagged, marks(labels));
  }

  private static boolean[] marks(String text) {
    boolean[] marks = new boolean[text.length()];
    for (int i = 0; i < marks.length; i++) {
      marks[i] = text.charAt(i) == '#';
    }
    return marks;
  }

  @Test
  void rankMetricsEqualTheReference() {
    RankMetrics metrics = RankMetrics.of(scores(), labels());

    assertThat(metrics.rocAuc()).isCloseTo(0.7510198135198135, EXACT);
    assertThat(metrics.averagePrecision()).isCloseTo(0.5975168031555506, EXACT);
    assertThat(metrics.bestF1()).isCloseTo(0.5084745762711864, EXACT);
    assertThat(metrics.bestThreshold()).isCloseTo(1.0025773195876289, EXACT);
  }

  @Test
  void volumesEqualTheReference() {
    VolumeUnderSurface none = VolumeUnderSurface.of(scores(), labels(), 0);
    assertThat(none.roc()).isCloseTo(0.7504370629370629, EXACT);
    assertThat(none.pr()).isCloseTo(0.5950257912886975, EXACT);
    VolumeUnderSurface ten = VolumeUnderSurface.of(scores(), labels(), 10);
    assertThat(ten.roc()).isCloseTo(0.7811176497222487, EXACT);
    assertThat(ten.pr()).isCloseTo(0.6234104611041862, EXACT);
    VolumeUnderSurface fifty = VolumeUnderSurface.of(scores(), labels(), 50);
    assertThat(fifty.roc()).isCloseTo(0.8574485956973801, EXACT);
    assertThat(fifty.pr()).isCloseTo(0.7091054091841965, EXACT);
  }

  @Test
  void withoutBothKindsOfRowsNothingIsMeasured() {
    RankMetrics metrics = RankMetrics.of(new double[] {1, 2}, new boolean[2]);

    assertThat(metrics.rocAuc()).isNaN();
    assertThat(metrics.averagePrecision()).isNaN();
    assertThat(metrics.bestF1()).isNaN();
    assertThat(VolumeUnderSurface.of(new double[] {1, 2}, new boolean[2], 5).pr()).isNaN();
  }

  @Property(tries = 200)
  void aRisingMapOfTheScoresChangesNoRank(
      @ForAll @IntRange(min = 4, max = 200) int rows, @ForAll long seed) {
    Random random = new Random(seed);
    double[] scores = random.ints(rows, 0, 20).asDoubleStream().toArray();
    boolean[] labels = new boolean[rows];
    for (int i = 0; i < rows; i++) {
      labels[i] = random.nextInt(4) == 0;
    }
    labels[0] = true;
    labels[1] = false;
    RankMetrics plain = RankMetrics.of(scores, labels);
    RankMetrics mapped = RankMetrics.of(Arrays.stream(scores).map(Math::exp).toArray(), labels);

    assertThat(mapped.rocAuc()).isEqualTo(plain.rocAuc());
    assertThat(mapped.averagePrecision()).isEqualTo(plain.averagePrecision());
    assertThat(mapped.bestF1()).isEqualTo(plain.bestF1());
  }

  @Test
  void decisionsAreCountedRowByRow() {
    DecisionMetrics metrics = DecisionMetrics.of(List.of(series("##..#...", ".##.#...")));

    assertThat(metrics).isEqualTo(new DecisionMetrics(2, 1, 1, 4));
    assertThat(metrics.precision()).isCloseTo(2 / 3.0, EXACT);
    assertThat(metrics.recall()).isCloseTo(2 / 3.0, EXACT);
    assertThat(metrics.f1()).isCloseTo(2 / 3.0, EXACT);
    assertThat(metrics.falseAlarmRate()).isCloseTo(0.2, EXACT);
    assertThat(metrics.missedAlarmRate()).isCloseTo(1 / 3.0, EXACT);
  }

  @Test
  void eventsAreDetectedByTheirFirstFlaggedRowAndNotAdjusted() {
    EventMetrics metrics =
        EventMetrics.of(List.of(series("#..###....#..", "..####..##..."), series("..#", "###")));

    assertThat(metrics).isEqualTo(new EventMetrics(3, 2, 4, 2, 1.5));
    assertThat(metrics.recall()).isCloseTo(2 / 3.0, EXACT);
    assertThat(metrics.precision()).isCloseTo(0.5, EXACT);
  }
}
