// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Vectors.vector;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.FeatureVector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class CountSampleOperatorTest {
  private static final long TTL = 1_000_000;

  private static KeyedOneInputStreamOperatorTestHarness<String, FeatureVector, TrainingSample>
      harness(TrainingPlan.Window window, int rows, boolean once, int sampleRows, boolean reorder)
          throws Exception {
    TrainingPlan plan =
        new TrainingPlan(window, 0, 0, rows, once, sampleRows, 1, 0.9, 42, false, false, false);
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new CountSampleOperator(plan, reorder, TTL), FeatureVector::group, Types.STRING, 128, 1, 0);
  }

  private static void send(
      KeyedOneInputStreamOperatorTestHarness<String, FeatureVector, TrainingSample> harness,
      FeatureVector vector)
      throws Exception {
    harness.processElement(new StreamRecord<>(vector, vector.timestamp()));
  }

  @Test
  void everyNReadingsOfAGroupMakeAWindow() throws Exception {
    try (var harness = harness(TrainingPlan.Window.COUNT, 3, false, 100, false)) {
      harness.open();
      for (int t = 0; t < 7; t++) {
        send(harness, vector("a", "g", t * 10, t));
      }

      List<TrainingSample> samples = harness.extractOutputValues();
      assertThat(samples).extracting(TrainingSample::to).containsExactly(21L, 51L);
      assertThat(samples).extracting(TrainingSample::from).containsExactly(0L, 21L);
      assertThat(samples).extracting(TrainingSample::seen).containsExactly(3L, 3L);
    }
  }

  @Test
  void onceMeansTheFirstWindowOnlyAndKeepsNoRowsAfterIt() throws Exception {
    try (var harness = harness(TrainingPlan.Window.COUNT, 3, true, 100, false)) {
      harness.open();
      for (int t = 0; t < 20; t++) {
        send(harness, vector("a", "g", t, t));
      }

      assertThat(harness.extractOutputValues()).hasSize(1);
      harness.processWatermark(10 * TTL);
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void growingWindowsCloseWheneverTheReadingsHaveDoubled() throws Exception {
    try (var harness = harness(TrainingPlan.Window.GROWING, 10, false, 16, false)) {
      harness.open();
      for (int t = 0; t < 100; t++) {
        send(harness, vector("a", "g", t, t));
      }

      List<TrainingSample> samples = harness.extractOutputValues();
      assertThat(samples).extracting(TrainingSample::seen).containsExactly(10L, 20L, 40L, 80L);
      assertThat(samples).extracting(TrainingSample::from).containsOnly(0L);
      assertThat(samples)
          .extracting(sample -> sample.rows().size())
          .containsExactly(10, 16, 16, 16);
    }
  }

  @Test
  void aGrowingSampleIsTheBottomKOfAllReadingsSoFar() throws Exception {
    try (var growing = harness(TrainingPlan.Window.GROWING, 100, false, 16, false);
        var counted = harness(TrainingPlan.Window.COUNT, 800, false, 16, false)) {
      growing.open();
      counted.open();
      for (int t = 0; t < 800; t++) {
        send(growing, vector("a", "g", t, t));
        send(counted, vector("a", "g", t, t));
      }

      List<TrainingSample> samples = growing.extractOutputValues();
      assertThat(samples.get(samples.size() - 1).rows())
          .usingRecursiveFieldByFieldElementComparator()
          .isEqualTo(counted.extractOutputValues().get(0).rows());
    }
  }

  @Test
  void withReorderingTheWindowsDoNotDependOnArrival() throws Exception {
    List<FeatureVector> vectors = new ArrayList<>();
    for (int t = 0; t < 50; t++) {
      vectors.add(vector("s" + t % 4, "g", t, t));
    }
    List<TrainingSample> inOrder = windows(vectors);
    Collections.shuffle(vectors, new Random(1));
    List<TrainingSample> shuffled = windows(vectors);

    assertThat(inOrder).hasSize(7);
    assertThat(shuffled).usingRecursiveFieldByFieldElementComparator().isEqualTo(inOrder);
  }

  private static List<TrainingSample> windows(List<FeatureVector> vectors) throws Exception {
    try (var harness = harness(TrainingPlan.Window.COUNT, 7, false, 100, true)) {
      harness.open();
      for (FeatureVector vector : vectors) {
        send(harness, vector);
      }
      harness.processWatermark(100);
      return harness.extractOutputValues();
    }
  }

  @Test
  void anIdleGroupIsForgotten() throws Exception {
    try (var harness = harness(TrainingPlan.Window.COUNT, 100, false, 100, false)) {
      harness.open();
      send(harness, vector("a", "g", 0, 1));
      assertThat(harness.numKeyedStateEntries()).isPositive();
      harness.processWatermark(2 * TTL);

      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }
}
