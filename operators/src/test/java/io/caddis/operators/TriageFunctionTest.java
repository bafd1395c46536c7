// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Vectors.scored;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.AlertState;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.Severity;
import io.caddis.detectors.triage.TriagePolicy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class TriageFunctionTest {

  private static KeyedOneInputStreamOperatorTestHarness<String, ScoredVector, Alert> harness()
      throws Exception {
    return harness(1000);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, ScoredVector, Alert> harness(
      long quietMillis) throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(new TriageFunction(new TriagePolicy(3, quietMillis))),
        ScoredVector::key,
        Types.STRING,
        128,
        1,
        0);
  }

  private static void send(
      KeyedOneInputStreamOperatorTestHarness<String, ScoredVector, Alert> harness,
      ScoredVector vector)
      throws Exception {
    harness.processElement(new StreamRecord<>(vector, vector.timestamp()));
  }

  @Test
  void normalReadingsRaiseNothingAndKeepNoState() throws Exception {
    try (var harness = harness()) {
      harness.open();
      send(harness, scored("a", 1, 0.2));

      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void aRunOfAnomaliesIsOneEpisodeThatClosesAfterQuietReadings() throws Exception {
    try (var harness = harness()) {
      harness.open();
      send(harness, scored("a", 10, 0.6));
      send(harness, scored("a", 20, 0.65));
      send(harness, scored("a", 30, 0.1));
      send(harness, scored("a", 40, 0.6));
      send(harness, scored("a", 50, 0.1));
      send(harness, scored("a", 60, 0.1));
      send(harness, scored("a", 70, 0.1));

      assertThat(harness.extractOutputValues())
          .extracting(Alert::state)
          .containsExactly(AlertState.OPENED, AlertState.CLOSED);
      Alert closed = harness.extractOutputValues().get(1);
      assertThat(closed.start()).isEqualTo(10);
      assertThat(closed.end()).isEqualTo(40);
      assertThat(closed.anomalies()).isEqualTo(3);
      assertThat(closed.peakScore()).isEqualTo(0.65);
      assertThat(closed.peakTimestamp()).isEqualTo(20);
      assertThat(closed.timestamp()).isEqualTo(70);
      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.extractOutputValues()).extracting(Alert::sequence).containsExactly(0, 1);
    }
  }

  @Test
  void aWorseSeverityIsToldOnce() throws Exception {
    try (var harness = harness()) {
      harness.open();
      send(harness, scored("a", 10, 0.6));
      send(harness, scored("a", 20, 0.95));
      send(harness, scored("a", 30, 0.97));

      assertThat(harness.extractOutputValues())
          .extracting(Alert::severity)
          .containsExactly(Severity.MEDIUM, Severity.CRITICAL);
      assertThat(harness.extractOutputValues())
          .extracting(Alert::id)
          .containsOnly(harness.extractOutputValues().get(0).id());
    }
  }

  @Test
  void aSilentSensorsEpisodeIsClosedByTime() throws Exception {
    try (var harness = harness()) {
      harness.open();
      send(harness, scored("a", 10, 0.6));
      send(harness, scored("a", 500, 0.6));
      harness.processWatermark(1499);
      assertThat(harness.extractOutputValues()).hasSize(1);
      harness.processWatermark(1500);

      assertThat(harness.extractOutputValues()).hasSize(2);
      assertThat(harness.extractOutputValues().get(1).state()).isEqualTo(AlertState.CLOSED);
      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void sensorsHaveEpisodesOfTheirOwn() throws Exception {
    try (var harness = harness()) {
      harness.open();
      send(harness, scored("a", 10, 0.6));
      send(harness, scored("b", 10, 0.6));

      assertThat(harness.extractOutputValues()).extracting(Alert::id).doesNotHaveDuplicates();
    }
  }

  @Test
  void aMutedAnomalyOpensNothingAndLetsAnOpenEpisodeEnd() throws Exception {
    try (var harness = harness()) {
      harness.open();
      send(harness, muted(scored("a", 5, 0.9)));
      assertThat(harness.extractOutputValues()).isEmpty();
      send(harness, scored("a", 10, 0.6));
      send(harness, muted(scored("a", 20, 0.9)));
      send(harness, muted(scored("a", 30, 0.9)));
      send(harness, muted(scored("a", 40, 0.9)));

      assertThat(harness.extractOutputValues())
          .extracting(Alert::state)
          .containsExactly(AlertState.OPENED, AlertState.CLOSED);
      assertThat(harness.extractOutputValues().get(1).peakScore()).isEqualTo(0.6);
    }
  }

  private static ScoredVector muted(ScoredVector vector) {
    return new ScoredVector(
        vector.key(),
        vector.group(),
        vector.timestamp(),
        vector.source(),
        vector.position(),
        vector.score(),
        vector.rawScore(),
        vector.threshold(),
        vector.anomaly(),
        vector.severity(),
        vector.modelVersion(),
        vector.late(),
        null,
        null,
        null,
        null,
        true,
        null,
        null);
  }

  @Test
  void anEpisodeOfBeforeARestartEndsByTheQuietPeriodOfAfterIt() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness(1000)) {
      harness.open();
      send(harness, scored("a", 10, 0.9));
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(5000)) {
      harness.initializeState(snapshot);
      harness.open();
      harness.processWatermark(5009);
      assertThat(harness.extractOutputValues()).isEmpty();
      harness.processWatermark(5010);

      assertThat(harness.extractOutputValues())
          .extracting(Alert::state)
          .containsExactly(AlertState.CLOSED);
      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void anOpenEpisodeSurvivesARestart() throws Exception {
    OperatorSubtaskState snapshot;
    Alert opened;
    try (var harness = harness()) {
      harness.open();
      send(harness, scored("a", 10, 0.6));
      opened = harness.extractOutputValues().get(0);
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness()) {
      harness.initializeState(snapshot);
      harness.open();
      send(harness, scored("a", 20, 0.6));
      harness.processWatermark(5000);

      assertThat(harness.extractOutputValues())
          .singleElement()
          .satisfies(
              closed -> {
                assertThat(closed.id()).isEqualTo(opened.id());
                assertThat(closed.anomalies()).isEqualTo(2);
              });
    }
  }
}
