// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Vectors.vector;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.sample.BottomKSample;
import io.caddis.detectors.sample.SampledRow;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;

class WindowSampleOperatorTest {

  private static TrainingPlan plan(long size, long slide, int sampleRows) {
    return new TrainingPlan(
        TrainingPlan.Window.TIME,
        size,
        slide,
        0,
        false,
        sampleRows,
        1,
        0.9,
        42,
        false,
        false,
        false);
  }

  private static OneInputStreamOperatorTestHarness<FeatureVector, TrainingSample> harness(
      TrainingPlan plan) throws Exception {
    return new OneInputStreamOperatorTestHarness<>(
        new WindowSampleOperator(plan, OperatorMetrics.MISSED_TRAINING, false));
  }

  private static void send(
      OneInputStreamOperatorTestHarness<FeatureVector, TrainingSample> harness,
      FeatureVector vector)
      throws Exception {
    harness.processElement(new StreamRecord<>(vector, vector.timestamp()));
  }

  @Test
  void aWindowLeavesWhenTheWatermarkClosesIt() throws Exception {
    try (var harness = harness(plan(10, 10, 100))) {
      harness.open();
      for (int t = 0; t < 15; t++) {
        send(harness, vector("a", "g", t, t));
      }
      harness.processWatermark(8);
      assertThat(harness.extractOutputValues()).isEmpty();
      harness.processWatermark(9);

      assertThat(harness.extractOutputValues())
          .singleElement()
          .satisfies(
              sample -> {
                assertThat(sample.group()).isEqualTo("g");
                assertThat(sample.from()).isZero();
                assertThat(sample.to()).isEqualTo(10);
                assertThat(sample.seen()).isEqualTo(10);
                assertThat(sample.rows()).hasSize(10);
              });
    }
  }

  @Test
  void aReadingIsInEverySlidingWindowThatCoversIt() throws Exception {
    try (var harness = harness(plan(10, 5, 100))) {
      harness.open();
      send(harness, vector("a", "g", 7, 1));
      harness.processWatermark(100);

      assertThat(harness.extractOutputValues())
          .extracting(TrainingSample::from)
          .containsExactlyInAnyOrder(0L, 5L);
    }
  }

  @Test
  void timesBefore1970FallIntoWindowsToo() throws Exception {
    try (var harness = harness(plan(10, 10, 100))) {
      harness.open();
      send(harness, vector("a", "g", -3, 1));
      harness.processWatermark(100);

      assertThat(harness.extractOutputValues())
          .singleElement()
          .satisfies(sample -> assertThat(sample.from()).isEqualTo(-10));
    }
  }

  @Test
  void aReadingWhoseWindowHasClosedIsCountedAsMissed() throws Exception {
    try (var harness = harness(plan(10, 10, 100))) {
      harness.open();
      harness.processWatermark(20);
      send(harness, vector("a", "g", 5, 1));
      harness.processWatermark(100);

      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(
              harness
                  .getOperator()
                  .getRuntimeContext()
                  .getAccumulator(OperatorMetrics.MISSED_TRAINING)
                  .getLocalValue())
          .isEqualTo(1L);
    }
  }

  @Test
  void theSampleIsBoundedAndDoesNotDependOnHowReadingsAreSpread() throws Exception {
    List<SampledRow> whole;
    try (var harness = harness(plan(1000, 1000, 50))) {
      harness.open();
      for (int t = 0; t < 1000; t++) {
        send(harness, vector("s" + t % 5, "g", t, t, t % 3));
      }
      harness.processWatermark(999);
      whole = harness.extractOutputValues().get(0).rows();
    }
    BottomKSample merged = new BottomKSample(50);
    for (int subtask = 0; subtask < 3; subtask++) {
      try (var harness = harness(plan(1000, 1000, 50))) {
        harness.open();
        for (int t = 999; t >= 0; t--) {
          if (t % 3 == subtask) {
            send(harness, vector("s" + t % 5, "g", t, t, t % 3));
          }
        }
        harness.processWatermark(999);
        TrainingSample part = harness.extractOutputValues().get(0);
        merged.merge(part.rows(), part.seen());
      }
    }

    assertThat(whole).hasSize(50);
    assertThat(merged.seen()).isEqualTo(1000);
    assertThat(merged.rows()).usingRecursiveFieldByFieldElementComparator().isEqualTo(whole);
  }

  @Test
  void openSamplesSurviveARestart() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness(plan(10, 10, 100))) {
      harness.open();
      send(harness, vector("a", "g", 1, 1));
      send(harness, vector("a", "g", 2, 2));
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(plan(10, 10, 100))) {
      harness.initializeState(snapshot);
      harness.open();
      send(harness, vector("a", "g", 3, 3));
      harness.processWatermark(9);

      assertThat(harness.extractOutputValues())
          .singleElement()
          .satisfies(sample -> assertThat(sample.seen()).isEqualTo(3));
    }
  }

  private static TwoInputStreamOperatorTestHarness<FeatureVector, ControlCommand, TrainingSample>
      commanded(TrainingPlan plan) throws Exception {
    return new TwoInputStreamOperatorTestHarness<>(
        new WindowSampleOperator(plan, OperatorMetrics.MISSED_TRAINING, true));
  }

  private static void watermark(
      TwoInputStreamOperatorTestHarness<FeatureVector, ControlCommand, TrainingSample> harness,
      long time)
      throws Exception {
    harness.processWatermark1(new Watermark(time));
    harness.processWatermark2(new Watermark(time));
  }

  private static ListAssert<String> assertSent(
      TwoInputStreamOperatorTestHarness<FeatureVector, ControlCommand, TrainingSample> harness) {
    return assertThat(
        harness.extractOutputValues().stream()
            .map(
                s ->
                    "%s %d-%d %d %s"
                        .formatted(
                            s.group(),
                            s.from(),
                            s.to(),
                            s.rows().stream().mapToLong(SampledRow::timestamp).max().orElse(-1),
                            s.command()))
            .toList());
  }

  @Test
  void aCommandTakesWhatThereIsBeforeItsTimeAndTheWindowGoesOn() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = commanded(plan(20, 20, 100))) {
      harness.open();
      for (int t = 0; t < 15; t++) {
        harness.processElement1(new StreamRecord<>(vector("a", "g", t, t)));
      }
      harness.processElement2(new StreamRecord<>(Commands.retrain("c", "g", 12)));
      harness.processElement2(new StreamRecord<>(Commands.retrain("d", "h", 12)));
      watermark(harness, 10);
      assertSent(harness).isEmpty();
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = commanded(plan(20, 20, 100))) {
      harness.initializeState(snapshot);
      harness.open();
      watermark(harness, 14);
      assertSent(harness).containsExactly("g 0-12 11 c", "h 0-12 -1 d");
      watermark(harness, 19);
      assertSent(harness).last().isEqualTo("g 0-20 14 null");
    }
  }

  @Test
  void ofWindowsThatOverlapTheLongestIsTakenAndOneThatEndsIsNotTakenTwice() throws Exception {
    try (var harness = commanded(plan(20, 10, 100))) {
      harness.open();
      for (int t = 0; t < 40; t++) {
        harness.processElement1(new StreamRecord<>(vector("a", "g", t, t)));
      }
      harness.processElement2(new StreamRecord<>(Commands.retrain("c", "g", 25)));
      harness.processElement2(new StreamRecord<>(Commands.retrain("d", "g", 30)));
      watermark(harness, 29);

      assertSent(harness).contains("g 10-25 24 c", "g 10-30 -1 d", "g 10-30 29 null").hasSize(5);
    }
  }
}
