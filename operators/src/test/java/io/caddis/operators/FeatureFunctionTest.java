// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Vectors.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.Derivation;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.quality.QualityRules;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class FeatureFunctionTest {
  private static final long TTL = 1_000_000;

  private static final FeaturePlan PLAN =
      new FeaturePlan(
          Models.SCHEMA,
          List.of(Derivation.parse("interval"), Derivation.parse("delta(x)")),
          List.of(CalendarFeature.HOUR, CalendarFeature.DAYOFWEEK),
          new Grouping(Grouping.Scope.GLOBAL, 0));

  private static KeyedOneInputStreamOperatorTestHarness<String, Reading, FeatureVector> harness(
      FeaturePlan plan) throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(new FeatureFunction(plan, QualityRules.NONE, false, TTL)),
        Reading::key,
        Types.STRING,
        128,
        1,
        0);
  }

  private static void send(
      KeyedOneInputStreamOperatorTestHarness<String, Reading, FeatureVector> harness,
      Reading reading)
      throws Exception {
    harness.processElement(new StreamRecord<>(reading, reading.timestamp()));
  }

  @Test
  void theSchemaNamesEveryColumnOfAVector() throws Exception {
    assertThat(PLAN.schema().numbers())
        .extracting(Feature::name)
        .containsExactly("x", "interval_s", "x_delta", "hour", "dayofweek");
    try (var harness = harness(PLAN)) {
      harness.open();
      long monday = 1_704_074_400_000L; // 2024-01-01T02:00:00Z
      send(harness, reading("a", monday, 0, 5));
      send(harness, reading("a", monday + 3000, 1, 7));

      assertThat(harness.extractOutputValues().get(0).numbers())
          .containsExactly(5, Double.NaN, Double.NaN, 2, 1);
      assertThat(harness.extractOutputValues().get(1).numbers()).containsExactly(7, 3, 2, 2, 1);
      assertThat(harness.extractOutputValues())
          .extracting(FeatureVector::group)
          .containsOnly("all");
    }
  }

  @Test
  void recentReadingsSurviveARestartAndAreForgottenWhenIdle() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness(PLAN)) {
      harness.open();
      send(harness, reading("a", 1000, 0, 5));
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(PLAN)) {
      harness.initializeState(snapshot);
      harness.open();
      send(harness, reading("a", 3000, 1, 9));
      assertThat(harness.extractOutputValues().get(0).numbers()).startsWith(9, 2, 4);
      harness.processWatermark(3 * TTL);

      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void aLateReadingIsMarkedCountedAndLeavesTheRollingFeaturesAlone() throws Exception {
    try (var harness = harness(PLAN)) {
      harness.open();
      send(harness, reading("a", 1000, 0, 5));
      harness.processWatermark(2000);
      send(harness, reading("a", 500, 1, 100));
      send(harness, reading("a", 3000, 2, 6));

      List<FeatureVector> vectors = harness.extractOutputValues();
      assertThat(vectors).extracting(FeatureVector::late).containsExactly(false, true, false);
      assertThat(vectors.get(1).numbers()).startsWith(100, Double.NaN, Double.NaN);
      assertThat(vectors.get(2).numbers()).startsWith(6, 2, 1);
      assertThat(harness.getSideOutput(SideOutputs.LATE)).hasSize(1);
    }
  }

  @Test
  void withoutDerivationsNoStateIsKept() throws Exception {
    FeaturePlan plain =
        new FeaturePlan(
            Models.SCHEMA, List.of(), List.of(), new Grouping(Grouping.Scope.SENSOR, 0));
    try (var harness = harness(plain)) {
      harness.open();
      send(harness, reading("a", 1000, 0, 5));

      assertThat(harness.extractOutputValues().get(0).group()).isEqualTo("a");
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void stateIsRestoredWithTheSameColumnsOnly() throws Exception {
    OperatorSubtaskState state;
    try (var harness = harness(PLAN)) {
      harness.open();
      state = harness.snapshot(1, 1);
    }
    try (var same = harness(PLAN)) {
      same.initializeState(state);
      same.open();
      state = same.snapshot(2, 2);
    }
    FeaturePlan turned =
        new FeaturePlan(
            PLAN.fields(),
            List.of(PLAN.derivations().get(1), PLAN.derivations().get(0)),
            PLAN.calendar(),
            PLAN.grouping());
    try (var other = harness(turned)) {
      OperatorSubtaskState kept = state;
      assertThatIllegalStateException()
          .isThrownBy(() -> other.initializeState(kept))
          .withMessageContaining("number 2 was interval_s (numeric), is x_delta (numeric)")
          .withMessageContaining("x (numeric), interval_s (numeric), x_delta (numeric), hour");
    }
  }
}
