// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.SeverityScale;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.stream.StreamDetector;
import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.detectors.warmup.WarmUp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;

class StreamScoreFunctionTest {
  private static final long TTL = 1_000_000;
  private static final String DETECTOR = "univariate";
  private static final int READINGS = 400;

  private static KeyedOneInputStreamOperatorTestHarness<String, FeatureVector, ScoredVector>
      harness() throws Exception {
    return harness(Models.SCHEMA);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, FeatureVector, ScoredVector>
      harness(FeatureSchema schema) throws Exception {
    DetectorPlan detector =
        new DetectorPlan(
            schema,
            DETECTOR,
            Map.of(),
            Scaling.ROBUST,
            new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.01));
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(
            new StreamScoreFunction(
                new ScorePlan(schema, false, TTL, SeverityScale.DEFAULT, 0, false, false, 0),
                detector)),
        FeatureVector::key,
        Types.STRING);
  }

  private static StreamRecord<FeatureVector> reading(String key, int i) {
    return reading(key, 1000L * i, value(i));
  }

  private static StreamRecord<FeatureVector> reading(String key, long time, double... values) {
    return new StreamRecord<>(Vectors.vector(key, key, time, values), time);
  }

  private static double value(int i) {
    return new Random(i).nextGaussian() + (i == READINGS - 10 ? 50 : 0);
  }

  private static List<Double> expected() {
    StreamDetector detector = StreamDetectors.byName(DETECTOR, Map.of()).create(1);
    List<Double> scores = new ArrayList<>();
    for (int i = 0; i < READINGS; i++) {
      scores.add(detector.score(1000L * i, new double[] {value(i)}));
    }
    return scores;
  }

  /** Those of {@link #expected} that the detector gives once it has enough history. */
  private static List<Double> withHistory() {
    return expected().stream().filter(score -> score > 0).toList();
  }

  @Test
  void theFirstReadingsAreJudgedByTheSensorsStatistics() throws Exception {
    try (var harness = harness()) {
      harness.open();
      for (int i = 0; i < 30; i++) {
        harness.processElement(reading("a", 1000L * i, i == 29 ? 1e6 : value(i)));
      }

      assertThat(harness.extractOutputValues())
          .allMatch(scored -> scored.modelVersion().equals(WarmUp.VERSION))
          .last()
          .matches(ScoredVector::anomaly);
    }
  }

  @Test
  void aSensorsScoresAreThoseOfTheDetectorWhateverOtherSensorsSend() throws Exception {
    try (var harness = harness()) {
      harness.open();
      for (int i = 0; i < READINGS; i++) {
        harness.processElement(reading("a", i));
        harness.processElement(reading("other", 1000L * i, 7.0 * i));
      }

      assertThat(harness.extractOutputValues())
          .filteredOn(scored -> scored.key().equals("a"))
          .hasSize(READINGS)
          .allMatch(scored -> scored.anomaly() == (scored.score() >= 0.5))
          .filteredOn(scored -> scored.modelVersion().equals(DETECTOR))
          .extracting(ScoredVector::score)
          .isEqualTo(withHistory())
          .anyMatch(score -> score >= 0.5);
    }
  }

  /** What another operator has learned from the first half of the readings is gone on with. */
  private static void assertGoesOnFrom(
      KeyedOneInputStreamOperatorTestHarness<String, FeatureVector, ScoredVector> first)
      throws Exception {
    OperatorSubtaskState snapshot;
    try (first) {
      first.open();
      for (int i = 0; i < READINGS / 2; i++) {
        first.processElement(reading("a", i));
      }
      snapshot = first.snapshot(1, 1);
    }
    try (var harness = harness()) {
      harness.initializeState(snapshot);
      harness.open();
      for (int i = READINGS / 2; i < READINGS; i++) {
        harness.processElement(reading("a", i));
      }

      assertThat(harness.extractOutputValues())
          .extracting(ScoredVector::score)
          .isEqualTo(expected().subList(READINGS / 2, READINGS));
    }
  }

  @Test
  void learningGoesOnAcrossARestart() throws Exception {
    assertGoesOnFrom(harness());
  }

  /** As states were before profiles had a state of their own. */
  private static final class WholeStates
      extends KeyedProcessFunction<String, FeatureVector, ScoredVector> {
    @Override
    public void processElement(FeatureVector vector, Context context, Collector<ScoredVector> out)
        throws Exception {
      var state =
          getRuntimeContext()
              .getState(
                  new ValueStateDescriptor<>(
                      "stream-detector-" + DETECTOR,
                      new StreamStateSerializer(DETECTOR, Map.of())));
      StreamState known = state.value();
      StreamDetector detector =
          known == null ? StreamDetectors.byName(DETECTOR, Map.of()).create(1) : known.detector();
      detector.score(vector.timestamp(), vector.numbers());
      state.update(new StreamState(vector.timestamp(), 1, detector));
    }
  }

  @Test
  void aStateWithTheProfileInItIsGoneOnWith() throws Exception {
    assertGoesOnFrom(
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new WholeStates()), FeatureVector::key, Types.STRING));
  }

  @Test
  void aReadingFromThePastIsScoredAndTeachesNothing() throws Exception {
    try (var harness = harness()) {
      harness.open();
      for (int i = 0; i < READINGS; i++) {
        harness.processElement(reading("a", i));
        if (i % 10 == 5) {
          harness.processElement(reading("a", 1000L * i - 1, 1e6));
        }
      }

      List<ScoredVector> scored = harness.extractOutputValues();
      assertThat(scored).hasSize(READINGS + READINGS / 10);
      assertThat(scored)
          .filteredOn(result -> result.timestamp() % 1000 == 0)
          .filteredOn(result -> result.modelVersion().equals(DETECTOR))
          .extracting(ScoredVector::score)
          .isEqualTo(withHistory());
    }
  }

  @Test
  void afterARestartWithAnotherNumberOfFeaturesLearningStartsAnew() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness()) {
      harness.open();
      harness.processElement(reading("a", 0));
      snapshot = harness.snapshot(1, 1);
    }
    Feature x = new Feature("x", Encoding.NUMERIC);
    Feature y = new Feature("y", Encoding.NUMERIC);
    try (var harness = harness(new FeatureSchema(List.of(x, y)))) {
      harness.initializeState(snapshot);
      harness.open();
      harness.processElement(reading("a", 1000, 1.0, Double.NaN));

      assertThat(harness.extractOutputValues())
          .extracting(ScoredVector::imputed)
          .containsExactly(new String[] {"y"});
    }
  }

  @Test
  void anIdleSensorIsForgotten() throws Exception {
    try (var harness = harness()) {
      harness.open();
      harness.processElement(reading("a", 0));
      assertThat(harness.numKeyedStateEntries()).isPositive();
      harness.processWatermark(new Watermark(TTL - 1));
      assertThat(harness.numKeyedStateEntries()).isPositive();
      harness.processElement(reading("a", TTL / 2, 1.0));
      harness.processWatermark(new Watermark(TTL + TTL / 2 - 1));
      assertThat(harness.numKeyedStateEntries()).isPositive();
      harness.processWatermark(new Watermark(TTL / 2 + TTL + TTL / 4 + 1));

      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void sensorsThatFallSilentTogetherAreNotForgottenAllAtOnce() throws Exception {
    try (var harness = harness()) {
      harness.open();
      for (int sensor = 0; sensor < 100; sensor++) {
        harness.processElement(reading("sensor-" + sensor, 0));
      }
      int timers = harness.numEventTimeTimers();
      harness.processWatermark(new Watermark(TTL + TTL / 8));

      assertThat(timers).isEqualTo(100);
      assertThat(harness.numEventTimeTimers()).isBetween(20, 80);
    }
  }

  @Test
  void aStateOfAnotherDetectorOrOfALaterVersionIsRefused() throws Exception {
    var serializer = new StreamStateSerializer(DETECTOR, Map.of("memory", 5000));
    DataOutputSerializer written = new DataOutputSerializer(64);
    serializer.snapshotConfiguration().writeSnapshot(written);
    var restored = new StreamStateSerializer.Snapshot();
    restored.readSnapshot(
        1, new DataInputDeserializer(written.getCopyOfBuffer()), getClass().getClassLoader());

    assertThat(restored.restoreSerializer()).isEqualTo(serializer);
    var later = new StreamStateSerializer.Snapshot();
    assertThatThrownBy(
            () ->
                later.readSnapshot(
                    2,
                    new DataInputDeserializer(written.getCopyOfBuffer()),
                    getClass().getClassLoader()))
        .hasMessageContaining("version of the detector state must be 1, was 2");
    assertThat(
            new StreamStateSerializer("other", Map.of())
                .snapshotConfiguration()
                .resolveSchemaCompatibility(restored)
                .isIncompatible())
        .isTrue();
  }
}
