// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Commands.END;
import static io.caddis.operators.Commands.feature;
import static io.caddis.operators.Commands.of;
import static io.caddis.operators.Commands.threshold;
import static io.caddis.operators.Commands.undo;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.Ruling;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class ControlFunctionTest {
  private static final FeatureSchema SCHEMA =
      new FeatureSchema(
          List.of(
              new Feature("flow", Encoding.NUMERIC),
              new Feature("heat", Encoding.NUMERIC),
              new Feature("mode", Encoding.CATEGORY)));

  private static KeyedTwoInputStreamOperatorTestHarness<
          String, FeatureVector, ControlCommand, FeatureVector>
      harness(boolean ordered) throws Exception {
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new CoBroadcastWithKeyedOperator<>(
            new ControlFunction(SCHEMA, ordered), List.of(ControlFunction.COMMANDS)),
        FeatureVector::key,
        null,
        Types.STRING,
        128,
        1,
        0);
  }

  private static void reading(
      KeyedTwoInputStreamOperatorTestHarness<String, FeatureVector, ControlCommand, FeatureVector>
          harness,
      long timestamp)
      throws Exception {
    harness.processElement1(
        new StreamRecord<>(Vectors.vector("pump-1", "g", timestamp, 1, 2), timestamp));
  }

  private static void send(
      KeyedTwoInputStreamOperatorTestHarness<String, FeatureVector, ControlCommand, FeatureVector>
          harness,
      ControlCommand command)
      throws Exception {
    harness.processElement2(new StreamRecord<>(command));
  }

  private static void watermark(
      KeyedTwoInputStreamOperatorTestHarness<String, FeatureVector, ControlCommand, FeatureVector>
          harness,
      long watermark)
      throws Exception {
    harness.processWatermark1(new Watermark(watermark));
    harness.processWatermark2(new Watermark(watermark));
  }

  private static List<Ruling> rulings(
      KeyedTwoInputStreamOperatorTestHarness<String, FeatureVector, ControlCommand, FeatureVector>
          harness) {
    return harness.extractOutputValues().stream().map(FeatureVector::ruling).toList();
  }

  @Test
  void readingsThatNoCommandIsAboutPassAsTheyAre() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      send(harness, threshold("a", "fan-*", 0.7, 0));
      reading(harness, 1);

      assertThat(rulings(harness)).containsExactly((Ruling) null);
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void aDroppedFeatureIsMissingUntilItIsAddedAgain() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      send(harness, feature(ControlType.DROP_FEATURE, "a", "pump-*", "[hm]*", 10));
      send(harness, feature(ControlType.DROP_FEATURE, "b", "pump-*", "?e*", 10));
      send(harness, feature(ControlType.DROP_FEATURE, "c", "*", "mode", 10));
      send(harness, feature(ControlType.DROP_FEATURE, "d", "*", "new", 10));
      send(harness, feature(ControlType.ADD_FEATURE, "e", "pump-1", "h*", 20));
      for (long time : new long[] {9, 10, 20}) {
        FeatureVector vector = Vectors.vector("pump-1", "g", time, 1, 2);
        harness.processElement1(
            new StreamRecord<>(
                vector.with(
                    vector.numbers(), new String[] {"idle"}, Map.of("new", 3.0, "other", 4.0)),
                time));
      }

      assertThat(harness.extractOutputValues())
          .extracting(v -> List.of(v.numbers()[0], v.numbers()[1], "" + v.texts()[0], v.extra()))
          .containsExactly(
              List.of(1.0, 2.0, "idle", Map.of("new", 3.0, "other", 4.0)),
              List.of(1.0, Double.NaN, "null", Map.of("other", 4.0)),
              List.of(1.0, 2.0, "null", Map.of("other", 4.0)));
    }
  }

  @Test
  void aCommandIsAcknowledgedAndItsUndoRestoresWhatWasBefore() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      send(harness, of(ControlType.MUTE, "a", "*", 10, END));
      reading(harness, 9);
      reading(harness, 10);
      send(harness, undo("b", "a", 20));
      reading(harness, 19);
      reading(harness, 20);

      assertThat(rulings(harness))
          .containsExactly(
              null, new Ruling(Double.NaN, null, true), new Ruling(Double.NaN, null, true), null);
      assertThat(harness.getSideOutput(SideOutputs.ACKNOWLEDGEMENTS))
          .extracting(StreamRecord::getValue)
          .containsExactly(
              new Acknowledgement("a", ControlType.MUTE, "control", 0, 1, 10, null),
              new Acknowledgement("b", ControlType.UNDO, "control", 0, 1, 20, null));
    }
  }

  @Test
  void inOrderAReadingWaitsUntilNoCommandAboutItsTimeCanCome() throws Exception {
    try (var harness = harness(true)) {
      harness.open();
      reading(harness, 1000);
      watermark(harness, 998);
      assertThat(harness.extractOutputValues()).isEmpty();
      send(harness, threshold("a", "*", 0.7, 1000));
      watermark(harness, 999);

      assertThat(rulings(harness)).containsExactly(new Ruling(0.7, "a", false));
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
  }

  @Test
  void commandsAndWaitingReadingsSurviveARestart() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness(true)) {
      harness.open();
      send(harness, threshold("a", "*", 0.7, 0));
      reading(harness, 1000);
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness(true)) {
      harness.initializeState(snapshot);
      harness.open();
      watermark(harness, 2000);
      send(harness, undo("b", "a", 2002));
      reading(harness, 2001);
      reading(harness, 2002);
      watermark(harness, 3000);

      Ruling ruling = new Ruling(0.7, "a", false);
      assertThat(rulings(harness)).containsExactly(ruling, ruling, null);
    }
  }

  @Test
  void whatIsLongOverIsForgotten() throws Exception {
    try (var harness = harness(false)) {
      harness.open();
      send(harness, of(ControlType.MUTE, "a", "*", 10, 20));
      watermark(harness, 200_000_000);
      send(harness, threshold("b", "*", 0.7, 200_000_002));

      var commands =
          harness
              .getOperator()
              .getOperatorStateBackend()
              .getBroadcastState(ControlFunction.COMMANDS);
      assertThat(commands.entries()).hasSize(1);
    }
  }
}
