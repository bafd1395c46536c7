// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Vectors.vector;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.FeatureVector;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class CommandedCountSampleOperatorTest {
  private static KeyedTwoInputStreamOperatorTestHarness<
          String, FeatureVector, ControlCommand, TrainingSample>
      harness(TrainingPlan.Window window, int rows) throws Exception {
    TrainingPlan plan =
        new TrainingPlan(window, 0, 0, rows, false, 100, 1, 0.9, 42, false, false, false);
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new CountSampleOperator(plan, true, 1_000_000),
        FeatureVector::group,
        ControlCommand::group,
        Types.STRING);
  }

  private static void readings(
      KeyedTwoInputStreamOperatorTestHarness<String, FeatureVector, ControlCommand, TrainingSample>
          harness,
      int from,
      int to)
      throws Exception {
    for (int t = from; t < to; t++) {
      harness.processElement1(new StreamRecord<>(vector("a", "g", t, t)));
    }
  }

  private static void watermark(
      KeyedTwoInputStreamOperatorTestHarness<String, FeatureVector, ControlCommand, TrainingSample>
          harness,
      long time)
      throws Exception {
    harness.processWatermark1(new Watermark(time));
    harness.processWatermark2(new Watermark(time));
  }

  private static List<String> sent(
      KeyedTwoInputStreamOperatorTestHarness<String, FeatureVector, ControlCommand, TrainingSample>
          harness) {
    return harness.extractOutputValues().stream()
        .map(
            s ->
                "%s %d-%d %d %s"
                    .formatted(s.group(), s.from(), s.to(), s.rows().size(), s.command()))
        .toList();
  }

  @Test
  void aCommandTakesWhatWasCountedBeforeItsTimeAlsoAfterARestart() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness(TrainingPlan.Window.COUNT, 20)) {
      harness.open();
      readings(harness, 0, 15);
      harness.processElement2(new StreamRecord<>(Commands.retrain("c", "g", 12)));
      harness.processElement2(new StreamRecord<>(Commands.retrain("d", "h", 12)));
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(TrainingPlan.Window.COUNT, 20)) {
      harness.initializeState(snapshot);
      harness.open();
      readings(harness, 15, 22);
      watermark(harness, 30);

      assertThat(sent(harness))
          .containsExactlyInAnyOrder("g 0-12 12 c", "h 12-12 0 d", "g 0-20 20 null");
      harness.processWatermark1(new Watermark(10_000_000));
      harness.processWatermark2(new Watermark(10_000_000));
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void aGrowingWindowThatEndsJustThenIsNotTakenTwice() throws Exception {
    try (var harness = harness(TrainingPlan.Window.GROWING, 10)) {
      harness.open();
      readings(harness, 0, 15);
      harness.processElement2(new StreamRecord<>(Commands.retrain("c", "g", 10)));
      harness.processElement2(new StreamRecord<>(Commands.retrain("d", "g", 13)));
      watermark(harness, 30);

      assertThat(sent(harness)).containsExactly("g 0-10 10 null", "g 10-10 0 c", "g 0-13 13 d");
    }
  }
}
