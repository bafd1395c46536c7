// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Commands.model;
import static io.caddis.operators.Commands.undoModel;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class ModelControlFunctionTest {
  private static final long TTL = 1_000_000;
  private static final ModelUpdate FIRST = Models.update("g", 1000, 1);
  private static final ModelUpdate SECOND = Models.update("g", 2000, 2);
  private static final ModelUpdate THIRD = Models.update("g", 3000, 3);
  private static final ModelUpdate FOREIGN = Models.update("", 0, 9);

  private static KeyedTwoInputStreamOperatorTestHarness<
          String, ModelUpdate, ModelInput, ModelUpdate>
      harness() throws Exception {
    return harness(true);
  }

  private static KeyedTwoInputStreamOperatorTestHarness<
          String, ModelUpdate, ModelInput, ModelUpdate>
      harness(boolean forgets) throws Exception {
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new KeyedCoProcessOperator<>(new ModelControlFunction(Models.PROMOTION, TTL, forgets)),
        ModelUpdate::group,
        ModelInput::group,
        Types.STRING,
        128,
        1,
        0);
  }

  private static void trained(
      KeyedTwoInputStreamOperatorTestHarness<String, ModelUpdate, ModelInput, ModelUpdate> harness,
      ModelUpdate... updates)
      throws Exception {
    for (ModelUpdate update : updates) {
      harness.processElement1(new StreamRecord<>(update, update.trainTo() - 1));
    }
  }

  private static void send(
      KeyedTwoInputStreamOperatorTestHarness<String, ModelUpdate, ModelInput, ModelUpdate> harness,
      ControlCommand... commands)
      throws Exception {
    for (ControlCommand command : commands) {
      harness.processElement2(new StreamRecord<>(ModelInput.of(command)));
    }
  }

  private static void watermark(
      KeyedTwoInputStreamOperatorTestHarness<String, ModelUpdate, ModelInput, ModelUpdate> harness,
      long watermark)
      throws Exception {
    harness.processWatermark1(new Watermark(watermark));
    harness.processWatermark2(new Watermark(watermark));
  }

  /** The models in force: from when, and which. */
  private static List<String> inForce(
      KeyedTwoInputStreamOperatorTestHarness<String, ModelUpdate, ModelInput, ModelUpdate>
          harness) {
    return harness.extractOutputValues().stream()
        .map(model -> model.scoresFrom() + " " + model.modelVersion())
        .toList();
  }

  private static List<String> said(
      KeyedTwoInputStreamOperatorTestHarness<String, ModelUpdate, ModelInput, ModelUpdate>
          harness) {
    return harness.getSideOutput(SideOutputs.ACKNOWLEDGEMENTS).stream()
        .map(StreamRecord::getValue)
        .map(ack -> ack.command() + ": " + (ack.refusal() == null ? "applied" : ack.refusal()))
        .toList();
  }

  private static String from(long time, ModelUpdate model) {
    return time + " " + model.modelVersion();
  }

  private static ControlCommand promote(String id, long from, ModelUpdate promoted) {
    return model(ControlType.PROMOTE, id, "g", from, null, promoted);
  }

  private static ControlCommand rollback(String id, long from) {
    return model(ControlType.ROLLBACK, id, "g", from, null, null);
  }

  private static ControlCommand unpin(String id, long from) {
    return model(ControlType.UNPIN, id, "g", from, null, null);
  }

  @Test
  void withoutCommandsEveryModelTrainedComesIntoForceAtItsTime() throws Exception {
    try (var harness = harness()) {
      harness.open();
      trained(harness, SECOND, FIRST);
      assertThat(harness.extractOutputValues()).isEmpty();
      watermark(harness, 999);
      watermark(harness, 1999);

      assertThat(inForce(harness)).containsExactly(from(1000, FIRST), from(2000, SECOND));
    }
  }

  @Test
  void aPromotedModelStaysInForceWhileOthersAreTrainedUntilItIsUnpinned() throws Exception {
    try (var harness = harness()) {
      harness.open();
      trained(harness, FIRST, SECOND, THIRD);
      send(harness, promote("p", 1500, FOREIGN), unpin("u", 3500));
      watermark(harness, 4000);

      assertThat(inForce(harness))
          .containsExactly(from(1000, FIRST), from(1500, FOREIGN), from(3500, THIRD));
      assertThat(harness.extractOutputValues()).extracting(ModelUpdate::group).containsOnly("g");
      assertThat(said(harness)).containsExactly("p: applied", "u: applied");
    }
  }

  @Test
  void aModelMayBePromotedBeforeAnyIsTrained() throws Exception {
    try (var harness = harness()) {
      harness.open();
      send(harness, promote("p", ControlCommand.FIRST, FOREIGN));
      watermark(harness, 10);

      assertThat(inForce(harness)).containsExactly(from(ControlCommand.FIRST, FOREIGN));
      assertThat(harness.extractOutputValues().get(0).trainTo()).isEqualTo(FOREIGN.trainTo());
    }
  }

  @Test
  void aRollbackGoesToTheModelBeforeAndItsUndoReturns() throws Exception {
    try (var harness = harness()) {
      harness.open();
      trained(harness, FIRST, SECOND, THIRD);
      send(harness, rollback("r", 2500), undoModel("u", "g", "r", 3500));
      watermark(harness, 4000);

      assertThat(inForce(harness))
          .containsExactly(
              from(1000, FIRST), from(2000, SECOND), from(2500, FIRST), from(3500, THIRD));
    }
  }

  @Test
  void aVersionThatTheJobTrainedCanBePromotedByItsBeginning() throws Exception {
    try (var harness = harness()) {
      harness.open();
      trained(harness, FIRST, SECOND);
      send(
          harness,
          model(ControlType.PROMOTE, "p", "g", 2500, FIRST.modelVersion(), null),
          model(ControlType.PROMOTE, "q", "g", 2600, "nothing", null));
      watermark(harness, 4000);

      assertThat(inForce(harness))
          .containsExactly(from(1000, FIRST), from(2000, SECOND), from(2500, FIRST));
      assertThat(said(harness).get(0)).isEqualTo("p: applied");
      assertThat(said(harness).get(1)).startsWith("q: version must be one of").contains("nothing");
    }
  }

  @Test
  void aPromotionAtTheTimeOfANewModelIsOneChange() throws Exception {
    try (var harness = harness()) {
      harness.open();
      send(harness, promote("p", 2000, FOREIGN), rollback("r", 2600));
      trained(harness, FIRST, SECOND);
      watermark(harness, 4000);

      assertThat(inForce(harness))
          .containsExactly(from(1000, FIRST), from(2000, FOREIGN), from(2600, SECOND));
    }
  }

  @Test
  void aChoiceUndoneAtItsOwnTimeChangesNothingWhateverTheNamesOfTheFiles() throws Exception {
    try (var harness = harness()) {
      harness.open();
      trained(harness, FIRST);
      send(harness, promote("p", 1500, FOREIGN), undoModel("a", "g", "p", 1500));
      watermark(harness, 4000);

      assertThat(inForce(harness)).containsExactly(from(1000, FIRST));
      assertThat(said(harness)).containsExactly("p: applied", "a: applied");
    }
  }

  @Test
  void whatCannotBeObeyedIsRefusedAndChangesNothing() throws Exception {
    try (var harness = harness()) {
      harness.open();
      trained(harness, FIRST);
      send(harness, rollback("r", 1500), undoModel("u", "g", "r", 1600));
      watermark(harness, 4000);

      assertThat(inForce(harness)).containsExactly(from(1000, FIRST));
      assertThat(said(harness))
          .containsExactly(
              "r: there is no model before the one in force",
              "u: command 'r' is no longer among the last that can be undone");
    }
  }

  @Test
  void theOrderInWhichModelsAndCommandsComeDoesNotMatter() throws Exception {
    ControlCommand[] commands = {
      promote("a", 1200, FOREIGN), rollback("b", 2200), undoModel("c", "g", "a", 2700)
    };
    List<String> expected;
    try (var harness = harness()) {
      harness.open();
      for (int i = 0; i < 3; i++) {
        trained(harness, List.of(FIRST, SECOND, THIRD).get(i));
        watermark(harness, (i + 1) * 1000 - 1);
        send(harness, commands[i]);
      }
      watermark(harness, 4000);
      expected = inForce(harness);
    }
    try (var harness = harness()) {
      harness.open();
      send(harness, commands[2], commands[0], commands[1]);
      trained(harness, THIRD, FIRST, SECOND);
      watermark(harness, 4000);
      assertThat(inForce(harness)).isEqualTo(expected).hasSizeGreaterThan(2);
    }
  }

  @Test
  void theChoiceSurvivesARestart() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness()) {
      harness.open();
      trained(harness, FIRST);
      send(harness, promote("p", 1500, FOREIGN), undoModel("u", "g", "p", 2500));
      watermark(harness, 1600);
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness()) {
      harness.initializeState(snapshot);
      harness.open();
      trained(harness, SECOND);
      watermark(harness, 4000);

      assertThat(inForce(harness)).containsExactly(from(2500, SECOND));
    }
  }

  @Test
  void aGroupThatIsNoSensorIsRememberedHoweverLongNoModelIsTrained() throws Exception {
    ModelUpdate second = Models.update("g", 2000, 1);
    try (var harness = harness(false)) {
      harness.open();
      trained(harness, FIRST, second);
      watermark(harness, 9 * TTL);
      send(harness, model(ControlType.ROLLBACK, "r", "g", 10 * TTL, null, null));
      watermark(harness, 11 * TTL);
      assertThat(inForce(harness))
          .containsExactly(from(1000, FIRST), from(2000, second), from(10 * TTL, FIRST));
    }
  }

  @Test
  void anIdleGroupIsForgottenUnlessACommandHasChosenForIt() throws Exception {
    try (var harness = harness()) {
      harness.open();
      trained(harness, FIRST);
      watermark(harness, 3 * TTL);
      assertThat(harness.numKeyedStateEntries()).isZero();

      send(harness, promote("p", 3 * TTL + 2, FOREIGN));
      watermark(harness, 9 * TTL);
      trained(harness, Models.update("g", 10 * TTL, 1));
      watermark(harness, 11 * TTL);
      assertThat(inForce(harness))
          .as("what was chosen comes again, for scorers that have forgotten it")
          .containsExactly(from(1000, FIRST), from(3 * TTL + 2, FOREIGN), from(10 * TTL, FOREIGN));
    }
  }
}
