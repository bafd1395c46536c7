// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.drift.ScoreDrift;
import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.sample.SampledRow;
import io.caddis.detectors.threshold.ThresholdRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class RetrainingTest {
  private static final long TTL = 3000;

  private static KeyedOneInputStreamOperatorTestHarness<String, TrainingSample, ModelUpdate>
      harness(Retraining retraining) throws Exception {
    return harness(retraining, Models.PLAN);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, TrainingSample, ModelUpdate>
      harness(Retraining retraining, DetectorPlan detector) throws Exception {
    TrainingPlan plan =
        new TrainingPlan(
            TrainingPlan.Window.TIME,
            1000,
            1000,
            0,
            false,
            500,
            10,
            0.9,
            42,
            false,
            false,
            false,
            retraining,
            false);
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(new TrainFunction(plan, detector, Models.PROMOTION, TTL)),
        TrainingSample::group,
        Types.STRING,
        128,
        1,
        0);
  }

  /** Sends the samples of windows, the n-th of which lies around a level, and tells what came. */
  private static List<String> reasons(Retraining retraining, double... levels) throws Exception {
    try (var harness = harness(retraining)) {
      harness.open();
      window(harness, 0, levels);
      return said(harness);
    }
  }

  private static void window(
      KeyedOneInputStreamOperatorTestHarness<String, TrainingSample, ModelUpdate> harness,
      int first,
      double... levels)
      throws Exception {
    for (int i = 0; i < levels.length; i++) {
      long from = 1000L * (first + i);
      Random random = new Random(first + i);
      List<SampledRow> rows = new ArrayList<>();
      for (int row = 0; row < 200; row++) {
        double value = levels[i] + random.nextGaussian();
        rows.add(SampledRow.of(Vectors.vector("s", "g", from + row, value), 42));
      }
      harness.processElement(
          new StreamRecord<>(new TrainingSample("g", from, from + 1000, 200, rows)));
      harness.processWatermark(from + 999);
    }
  }

  private static List<String> said(
      KeyedOneInputStreamOperatorTestHarness<String, TrainingSample, ModelUpdate> harness) {
    return harness.extractOutputValues().stream()
        .map(model -> model.trainTo() / 1000 + " " + model.trainedBecause())
        .toList();
  }

  @Test
  void everyWindowTrainsUnlessItIsToldOtherwise() throws Exception {
    assertThat(reasons(Retraining.EVERY_WINDOW, 5, 5, 9))
        .containsExactly("1 first", "2 window", "3 window");
    assertThat(reasons(new Retraining(false, 2000, Long.MAX_VALUE, null), 5, 5, 5, 5, 5))
        .containsExactly("1 first", "3 window", "5 window");
  }

  @Test
  void onDriftAWindowTrainsWhenItHasMovedFromTheOneThatTrainedLast() throws Exception {
    Retraining onDrift = new Retraining(true, 0, Long.MAX_VALUE, null);

    assertThat(reasons(onDrift, 5, 5, 5, 9, 9, 5)).containsExactly("1 first", "4 drift", "6 drift");
  }

  @Test
  void driftWaitsForTheLeastIntervalAndAgeIsAReasonOfItsOwn() throws Exception {
    assertThat(reasons(new Retraining(true, 3000, Long.MAX_VALUE, null), 5, 9, 9, 9, 9))
        .containsExactly("1 first", "4 drift");
    assertThat(reasons(new Retraining(true, 0, 2000, null), 5, 5, 5, 5, 9))
        .containsExactly("1 first", "3 age", "5 drift");
  }

  @Test
  void aModelThatStaysIsNotForgottenWhileWindowsComeAlsoAfterARestart() throws Exception {
    Retraining onDrift = new Retraining(true, 0, Long.MAX_VALUE, null);
    OperatorSubtaskState snapshot;
    try (var harness = harness(onDrift)) {
      harness.open();
      window(harness, 0, 5, 5, 5, 5, 5, 5);
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(onDrift)) {
      harness.initializeState(snapshot);
      harness.open();
      window(harness, 6, 5, 5, 5, 5, 5, 9);
      assertThat(said(harness)).containsExactly("12 drift");
    }
  }

  /** Samples of two features, each spread as before: what changes is how they go together. */
  private static List<String> reasonsOfPairs(Retraining retraining, int... slopes)
      throws Exception {
    FeatureSchema schema =
        new FeatureSchema(
            List.of(new Feature("x", Encoding.NUMERIC), new Feature("y", Encoding.NUMERIC)));
    DetectorPlan detector =
        new DetectorPlan(
            schema,
            "mcd",
            Map.of(),
            Scaling.NONE,
            new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.01));
    try (var harness = harness(retraining, detector)) {
      harness.open();
      for (int window = 0; window < slopes.length; window++) {
        List<SampledRow> rows = new ArrayList<>();
        Random random = new Random(1);
        for (int row = 0; row < 400; row++) {
          double x = row % 2 == 0 ? random.nextGaussian() : -rows.get(row - 1).numbers()[0];
          double noise =
              row % 2 == 0
                  ? 0.1 * random.nextGaussian()
                  : -rows.get(row - 1).numbers()[1] - slopes[window] * x;
          FeatureVector vector =
              Vectors.vector("s", "g", 1000L * window + row, x, slopes[window] * x + noise);
          rows.add(SampledRow.of(vector, 42));
        }
        harness.processElement(
            new StreamRecord<>(
                new TrainingSample("g", 1000L * window, 1000L * (window + 1), 400, rows)));
        harness.processWatermark(1000L * window + 999);
      }
      return said(harness);
    }
  }

  @Test
  void aLastingChangeOfTheScoresTrainsOnceAlthoughNoFeatureHasMoved() throws Exception {
    for (ScoreDrift.Method method : ScoreDrift.Method.values()) {
      ScoreDrift rule = new ScoreDrift(method, 0.1);
      Retraining onDrift = new Retraining(true, 0, Long.MAX_VALUE, rule);
      Retraining spaced = new Retraining(true, 5000, Long.MAX_VALUE, rule);
      int[] slopes = {1, 1, 1, -1, -1, -1, -1, -1, -1};

      assertThat(reasonsOfPairs(onDrift, slopes)).containsExactly("1 first", "4 drift");
      assertThat(reasonsOfPairs(spaced, slopes)).containsExactly("1 first", "6 drift");
      assertThat(reasonsOfPairs(new Retraining(true, 0, Long.MAX_VALUE, null), slopes))
          .containsExactly("1 first");
    }
  }

  @Test
  void theLeastIntervalIsNotAboveTheMost() {
    assertThatThrownBy(() -> new Retraining(true, 3, 2, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("minMillis must be 0 to maxMillis 2, was 3");
  }

  @Test
  void aCommandTrainsWhateverTheRuleAsksForAndIsAnsweredOnce() throws Exception {
    Retraining rule = new Retraining(true, 3000, Long.MAX_VALUE, null);
    try (var harness = harness(rule)) {
      harness.open();
      window(harness, 0, 0, 0);
      TrainingSample part = Models.sample("g", 2000, 2500, 100);
      TrainingSample other = Models.sample("g", 2000, 2500, 50);
      harness.processElement(new StreamRecord<>(by("c", part)));
      harness.processElement(new StreamRecord<>(by("c", other)));
      TrainingSample none = new TrainingSample("g", 2000, 2600, 0, List.of());
      harness.processElement(new StreamRecord<>(by("d", none)));
      harness.processWatermark(2599);

      assertThat(said(harness)).containsExactly("1 first", "2 command");
      assertThat(harness.extractOutputValues().get(1).rowsSeen()).isEqualTo(150);
      List<Acknowledgement> answers =
          harness.getSideOutput(SideOutputs.ACKNOWLEDGEMENTS).stream()
              .map(StreamRecord::getValue)
              .toList();
      assertThat(answers).hasSize(2);
      assertThat(answers.get(0))
          .isEqualTo(new Acknowledgement("c", ControlType.RETRAIN, "train", 0, 1, 2500, null));
      assertThat(answers.get(1).refusal()).isEqualTo("no model: rows must be at least 10, was 0");
    }
  }

  private static TrainingSample by(String command, TrainingSample sample) {
    return new TrainingSample(
        sample.group(), sample.from(), sample.to(), sample.seen(), sample.rows(), command);
  }
}
