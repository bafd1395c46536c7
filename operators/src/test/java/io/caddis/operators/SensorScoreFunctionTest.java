// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.SeverityScale;
import io.caddis.detectors.warmup.WarmUp;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class SensorScoreFunctionTest {
  private static final long TTL = 1_000_000;

  private static KeyedTwoInputStreamOperatorTestHarness<
          String, FeatureVector, ModelUpdate, ScoredVector>
      harness(boolean ordered) throws Exception {
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new KeyedCoProcessOperator<>(
            new SensorScoreFunction(
                new ScorePlan(
                    Models.SCHEMA, ordered, TTL, SeverityScale.DEFAULT, 0, false, false, 0))),
        FeatureVector::key,
        ModelUpdate::group,
        Types.STRING,
        128,
        1,
        0);
  }

  private static StreamRecord<FeatureVector> reading(String key, long timestamp) {
    return new StreamRecord<>(Vectors.vector(key, key, timestamp, 0), timestamp);
  }

  @Test
  void aSensorIsScoredByItsOwnModelOnly() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      ModelUpdate update = Models.update("a", 1000, 0);
      harness.processElement2(new StreamRecord<>(update));
      harness.processElement1(reading("a", 1000));
      harness.processElement1(reading("b", 1000));

      assertThat(harness.extractOutputValues())
          .extracting(ScoredVector::modelVersion)
          .containsExactly(update.modelVersion(), WarmUp.VERSION);
    }
  }

  @Test
  void inOrderAReadingWaitsForItsModelAcrossARestart() throws Exception {
    ModelUpdate update = Models.update("a", 1000, 0);
    OperatorSubtaskState snapshot;
    try (var harness = harness(true)) {
      harness.open();
      harness.processElement1(reading("a", 1000));
      harness.processElement2(new StreamRecord<>(update));
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(true)) {
      harness.initializeState(snapshot);
      harness.open();
      harness.processWatermark1(new Watermark(999));
      harness.processWatermark2(new Watermark(999));

      assertThat(harness.extractOutputValues())
          .extracting(ScoredVector::modelVersion)
          .containsExactly(update.modelVersion());
    }
  }

  @Test
  void moreSensorsThanDecodedModelsAreScoredByTheirOwn() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      for (int i = 0; i < 600; i++) {
        harness.processElement2(new StreamRecord<>(Models.update("s" + i, 1000 + i, 0)));
      }
      for (int i = 0; i < 600; i++) {
        harness.processElement1(reading("s" + i, 5000));
      }

      assertThat(harness.extractOutputValues())
          .hasSize(600)
          .noneMatch(scored -> scored.modelVersion().equals(WarmUp.VERSION));
    }
  }

  @Test
  void anIdleSensorsModelsAreForgotten() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      harness.processElement2(new StreamRecord<>(Models.update("a", 1000, 0)));
      harness.processElement1(reading("a", 1000));
      until(harness, 3 * TTL);

      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void modelsOfSensorsThatWereForgottenAlreadyAreForgottenToo() throws Exception {
    try (var harness = harness(true)) {
      harness.open();
      for (int i = 0; i < 100; i++) {
        harness.processElement1(reading("s" + i, 1000));
      }
      until(harness, 3 * TTL);
      for (int i = 0; i < 100; i++) {
        harness.processElement2(new StreamRecord<>(Models.update("s" + i, 4 * TTL, 0)));
      }
      assertThat(harness.numEventTimeTimers()).isEqualTo(100);
      until(harness, 5 * TTL - 1);
      assertThat(harness.numKeyedStateEntries()).isPositive();
      until(harness, 4 * TTL + TTL + TTL / 4);

      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void theModelOfASensorThatStillSendsStays() throws Exception {
    ModelUpdate update = Models.update("a", 1000, 0);
    try (var harness = harness(false)) {
      harness.open();
      harness.processElement2(new StreamRecord<>(update));
      for (long time = 1000; time < 10 * TTL; time += TTL * 3 / 4) {
        harness.processElement1(reading("a", time));
        until(harness, time);
        assertThat(harness.numEventTimeTimers()).isLessThan(4);
      }

      assertThat(harness.extractOutputValues())
          .hasSizeGreaterThan(10)
          .extracting(ScoredVector::modelVersion)
          .containsOnly(update.modelVersion());
    }
  }

  @Test
  void aModelInForceFromTheBeginningWaitsForItsSensor() throws Exception {
    ModelUpdate update = Models.update("a", 1000, 0).inForce("a", ControlCommand.FIRST, null);
    try (var harness = harness(false)) {
      harness.open();
      harness.processElement2(new StreamRecord<>(update));
      until(harness, 5 * TTL);
      harness.processElement1(reading("a", 5 * TTL + 1));

      assertThat(harness.extractOutputValues())
          .extracting(ScoredVector::modelVersion)
          .containsExactly(update.modelVersion());
    }
  }

  private static void until(
      KeyedTwoInputStreamOperatorTestHarness<String, FeatureVector, ModelUpdate, ScoredVector>
          harness,
      long time)
      throws Exception {
    harness.processWatermark1(new Watermark(time));
    harness.processWatermark2(new Watermark(time));
  }
}
