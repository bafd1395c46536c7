// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Vectors.reading;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.QualityKind;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.quality.QualityRules;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** The quality checks of {@link FeatureFunction}: state, timers and output. */
class QualityChecksTest {
  private static final long TTL = 1_000_000;
  private static final QualityRules RULES =
      new QualityRules(EnumSet.allOf(QualityKind.class), 0, 0, 10, false, List.of());

  private final Random random = new Random(1);

  private static KeyedOneInputStreamOperatorTestHarness<String, Reading, FeatureVector> harness(
      boolean silenceTimers) throws Exception {
    FeaturePlan plan =
        new FeaturePlan(
            Models.SCHEMA, List.of(), List.of(), new Grouping(Grouping.Scope.SENSOR, 0));
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(new FeatureFunction(plan, RULES, silenceTimers, TTL)),
        Reading::key,
        Types.STRING,
        128,
        1,
        0);
  }

  private void steady(
      KeyedOneInputStreamOperatorTestHarness<String, Reading, FeatureVector> harness,
      int from,
      int to)
      throws Exception {
    for (int i = from; i < to; i++) {
      send(harness, 1_000L * i, 20 + random.nextGaussian());
    }
  }

  private static void send(
      KeyedOneInputStreamOperatorTestHarness<String, Reading, FeatureVector> harness,
      long timestamp,
      double value)
      throws Exception {
    harness.processElement(
        new StreamRecord<>(reading("a", timestamp, timestamp, value), timestamp));
  }

  private static List<QualityIssue> issues(
      KeyedOneInputStreamOperatorTestHarness<String, Reading, FeatureVector> harness) {
    Queue<StreamRecord<QualityIssue>> output = harness.getSideOutput(SideOutputs.QUALITY);
    return output == null ? List.of() : output.stream().map(StreamRecord::getValue).toList();
  }

  @Test
  void aSpikeAfterARestartIsJudgedByWhatWasLearnedBefore() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness(false)) {
      harness.open();
      steady(harness, 0, 100);
      assertThat(issues(harness)).isEmpty();
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(false)) {
      harness.initializeState(snapshot);
      harness.open();
      send(harness, 100_000, 90);

      assertThat(issues(harness)).extracting(QualityIssue::kind).containsExactly(QualityKind.SPIKE);
      assertThat(harness.extractOutputValues()).hasSize(1);
    }
  }

  @Test
  void aStreamTellsASilentSensorWhileItIsSilentAndOnce() throws Exception {
    try (var harness = harness(true)) {
      harness.open();
      steady(harness, 0, 100);
      harness.processWatermark(101_000);
      assertThat(issues(harness)).isEmpty();
      harness.processWatermark(103_000);
      assertThat(issues(harness))
          .singleElement()
          .satisfies(
              issue -> {
                assertThat(issue.kind()).isEqualTo(QualityKind.GAP);
                assertThat(issue.key()).isEqualTo("a");
                assertThat(issue.from()).isEqualTo(99_000);
                assertThat(issue.to()).isEqualTo(102_001);
              });
      harness.processWatermark(150_000);
      steady(harness, 151, 160);
      harness.processWatermark(170_000);

      assertThat(issues(harness)).extracting(QualityIssue::from).containsExactly(99_000L, 159_000L);
    }
  }

  @Test
  void oneTimerASensorIsInFlightAndNoneTellsAtTheEnd() throws Exception {
    try (var harness = harness(true)) {
      harness.open();
      steady(harness, 0, 200);
      // its silence and its time to live
      assertThat(harness.numEventTimeTimers()).isEqualTo(2);
      harness.processWatermark(Long.MAX_VALUE);

      assertThat(issues(harness)).isEmpty();
      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void lateReadingsAreNotChecked() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      steady(harness, 0, 100);
      harness.processWatermark(99_000);
      send(harness, 50_500, 1_000);

      assertThat(issues(harness)).isEmpty();
      assertThat(harness.getSideOutput(SideOutputs.LATE)).hasSize(1);
    }
  }
}
