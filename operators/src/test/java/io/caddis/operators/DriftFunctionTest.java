// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Vectors.scored;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.drift.ScoreDrift;
import io.caddis.detectors.drift.ScoreDrift.Method;
import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.QualityKind;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.SeverityScale;
import io.caddis.detectors.warmup.WarmUp;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DriftFunctionTest {
  private static final long TTL = 1_000_000;

  private static KeyedOneInputStreamOperatorTestHarness<String, ScoredVector, QualityIssue> harness(
      Method method) throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(new DriftFunction(new ScoreDrift(method, 0.1), TTL)),
        ScoredVector::key,
        Types.STRING,
        128,
        1,
        0);
  }

  /** Scores around a level, one a second. */
  private static void steady(
      KeyedOneInputStreamOperatorTestHarness<String, ScoredVector, QualityIssue> harness,
      String key,
      int from,
      int to,
      double level)
      throws Exception {
    for (int i = from; i < to; i++) {
      send(harness, scored(key, 1_000L * i, level + 0.01 * (i % 7)));
    }
  }

  private static void send(
      KeyedOneInputStreamOperatorTestHarness<String, ScoredVector, QualityIssue> harness,
      ScoredVector vector)
      throws Exception {
    harness.processElement(new StreamRecord<>(vector, vector.timestamp()));
  }

  private static ScoredVector unlike(ScoredVector like, String version, boolean late) {
    return new ScoredVector(
        like.key(),
        like.group(),
        like.timestamp(),
        like.source(),
        like.position(),
        like.score(),
        like.rawScore(),
        like.threshold(),
        like.anomaly(),
        SeverityScale.DEFAULT.of(like.score()),
        version,
        late,
        null,
        null,
        null,
        null,
        false,
        null,
        null);
  }

  @ParameterizedTest
  @EnumSource
  void aLastingChangeOfOneSensorsScoresIsToldOnce(Method method) throws Exception {
    try (var harness = harness(method)) {
      harness.open();
      for (int i = 0; i < 5_000; i++) {
        steady(harness, "a", i, i + 1, i < 2_000 ? 0.1 : 0.6);
        steady(harness, "b", i, i + 1, 0.1);
      }

      List<QualityIssue> issues = harness.extractOutputValues();
      assertThat(issues).hasSize(1);
      QualityIssue issue = issues.get(0);
      assertThat(issue.key()).isEqualTo("a");
      assertThat(issue.kind()).isEqualTo(QualityKind.DRIFT);
      assertThat(issue.feature()).isNull();
      assertThat(issue.from()).isZero();
      assertThat(issue.to()).isBetween(2_000_000L, 2_600_000L);
      assertThat(issue.expected()).isBetween(0.12, 0.2);
      assertThat(issue.value()).isBetween(0.55, 0.7);
      assertThat(issue.text()).matches("mean score rose from 0\\.1\\d to 0\\.[56]\\d");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aChangeAfterARestartIsJudgedByTheScoresBefore(Method method) throws Exception {
    List<QualityIssue> through;
    try (var harness = harness(method)) {
      harness.open();
      steady(harness, "a", 0, 1_237, 0.3);
      steady(harness, "a", 1_237, 3_000, 0.05);
      through = harness.extractOutputValues();
    }
    OperatorSubtaskState snapshot;
    try (var harness = harness(method)) {
      harness.open();
      steady(harness, "a", 0, 1_237, 0.3);
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(method)) {
      harness.initializeState(snapshot);
      harness.open();
      steady(harness, "a", 1_237, 3_000, 0.05);

      assertThat(harness.extractOutputValues()).hasSize(1).isEqualTo(through);
      assertThat(through.get(0).text()).matches("mean score fell from 0\\.[23]\\d to 0\\.\\d\\d");
    }
  }

  @Test
  void anotherTestAfterARestartBeginsAnew() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness(Method.PAGE_HINKLEY)) {
      harness.open();
      steady(harness, "a", 0, 1_000, 0.1);
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(Method.ADWIN)) {
      harness.initializeState(snapshot);
      harness.open();
      steady(harness, "a", 1_000, 3_000, 0.6);

      assertThat(harness.extractOutputValues()).isEmpty();
    }
  }

  @Test
  void lateReadingsAndThoseThatNoDetectorScoredAreLeftOut() throws Exception {
    try (var harness = harness(Method.ADWIN)) {
      harness.open();
      for (int i = 0; i < 2_000; i++) {
        send(harness, unlike(scored("a", i, 0.9), WarmUp.VERSION, false));
        send(harness, unlike(scored("a", i, 0.9), "v1", true));
      }
      assertThat(harness.numKeyedStateEntries()).isZero();
      steady(harness, "a", 2, 4_000, 0.1);

      assertThat(harness.extractOutputValues()).isEmpty();
    }
  }

  @Test
  void anIdleSensorIsForgotten() throws Exception {
    try (var harness = harness(Method.ADWIN)) {
      harness.open();
      steady(harness, "a", 0, 100, 0.1);
      assertThat(harness.numKeyedStateEntries()).isPositive();
      harness.processWatermark(99_000 + 2 * TTL);

      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }
}
