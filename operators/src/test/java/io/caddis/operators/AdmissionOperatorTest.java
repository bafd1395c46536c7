// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Commands.END;
import static io.caddis.operators.Commands.model;
import static io.caddis.operators.Commands.of;
import static io.caddis.operators.Commands.threshold;
import static io.caddis.operators.Commands.undo;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.threshold.ThresholdRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdmissionOperatorTest {
  private static final Grouping GLOBAL = new Grouping(Grouping.Scope.GLOBAL, -1);
  private static final Grouping SENSOR = new Grouping(Grouping.Scope.SENSOR, -1);

  private static TwoInputStreamOperatorTestHarness<Boolean, ControlCommand, ControlCommand> harness(
      DetectorPlan detector, Grouping grouping) throws Exception {
    return new TwoInputStreamOperatorTestHarness<>(
        new AdmissionOperator(detector, grouping, Models.PROMOTION, false));
  }

  private static TwoInputStreamOperatorTestHarness<Boolean, ControlCommand, ControlCommand>
      harness() throws Exception {
    return harness(Models.PLAN, GLOBAL);
  }

  private static void send(
      TwoInputStreamOperatorTestHarness<Boolean, ControlCommand, ControlCommand> harness,
      ControlCommand command)
      throws Exception {
    harness.processElement2(new StreamRecord<>(command));
  }

  private static void watermark(
      TwoInputStreamOperatorTestHarness<Boolean, ControlCommand, ControlCommand> harness, long time)
      throws Exception {
    harness.processWatermark2(Watermark.MAX_WATERMARK);
    harness.processWatermark1(new Watermark(time));
  }

  private static @Nullable String refusal(
      TwoInputStreamOperatorTestHarness<Boolean, ControlCommand, ControlCommand> harness,
      ControlCommand command)
      throws Exception {
    int before = refusals(harness).size();
    send(harness, command);
    List<Acknowledgement> all = refusals(harness);
    return all.size() == before ? null : all.get(all.size() - 1).refusal();
  }

  private static List<Acknowledgement> refusals(
      TwoInputStreamOperatorTestHarness<Boolean, ControlCommand, ControlCommand> harness) {
    var said = harness.getSideOutput(SideOutputs.ACKNOWLEDGEMENTS);
    return said == null ? List.of() : said.stream().map(StreamRecord::getValue).toList();
  }

  private static List<ControlCommand> models(
      TwoInputStreamOperatorTestHarness<Boolean, ControlCommand, ControlCommand> harness) {
    List<ControlCommand> commands = new ArrayList<>();
    var models = harness.getSideOutput(SideOutputs.MODEL_COMMANDS);
    if (models != null) {
      models.forEach(record -> commands.add(record.getValue().command()));
    }
    return commands;
  }

  @Test
  void aCommandHoldsFromJustBehindTheWatermarkUnlessItNamesALaterTime() throws Exception {
    try (var harness = harness()) {
      harness.open();
      send(harness, threshold("a", "*", 0.7, ControlCommand.NOT_GIVEN));
      watermark(harness, 1000);
      send(harness, threshold("b", "*", 0.7, ControlCommand.NOT_GIVEN));
      send(harness, threshold("c", "*", 0.7, 500));
      send(harness, threshold("d", "*", 0.7, 5000));

      assertThat(harness.extractOutputValues())
          .extracting(ControlCommand::from)
          .containsExactly(ControlCommand.FIRST, 1002L, 1002L, 5000L);
    }
  }

  @Test
  void theSameCommandIsAdmittedOnceAlsoAfterARestart() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness()) {
      harness.open();
      send(harness, threshold("a", "*", 0.7, 10));
      send(harness, threshold("a", "*", 0.7, 10));
      assertThat(harness.extractOutputValues()).hasSize(1);
      watermark(harness, 1000);
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness()) {
      harness.initializeState(snapshot);
      harness.open();
      send(harness, threshold("a", "*", 0.7, 10));
      assertThat(harness.extractOutputValues()).isEmpty();
      send(harness, undo("u", "a", ControlCommand.NOT_GIVEN));

      assertThat(refusals(harness)).isEmpty();
      assertThat(harness.extractOutputValues())
          .singleElement()
          .satisfies(undo -> assertThat(undo.from()).isEqualTo(1002));
    }
  }

  @Test
  void whatCannotBeUndoneIsRefused() throws Exception {
    try (var harness = harness()) {
      harness.open();
      send(harness, threshold("a", "*", 0.7, 10));
      assertThat(refusal(harness, undo("u1", "b", 10))).contains("was 'b'");
      assertThat(refusal(harness, undo("u2", "a", 10))).isNull();
      assertThat(refusal(harness, undo("u3", "a", 10))).contains("has been undone");
      assertThat(refusal(harness, undo("u4", "u2", 10))).contains("is no undo");
    }
  }

  @Test
  void aChoiceOfAModelThatIsYetToComeIsUndoneAtItsOwnTime() throws Exception {
    try (var harness = harness()) {
      harness.open();
      watermark(harness, 1000);
      send(harness, model(ControlType.UNPIN, "p", null, 5000, null, null));
      send(harness, undo("u", "p", ControlCommand.NOT_GIVEN));
      send(harness, model(ControlType.UNPIN, "q", null, 500, null, null));
      send(harness, undo("v", "q", 3000));

      assertThat(models(harness))
          .extracting(ControlCommand::from)
          .containsExactly(5000L, 5000L, 1002L, 3000L);
    }
  }

  @Test
  void whatIsOverWhenItComesIsRefused() throws Exception {
    try (var harness = harness()) {
      harness.open();
      watermark(harness, 1000);
      assertThat(refusal(harness, of(ControlType.MAINTENANCE, "a", "*", 10, 900)))
          .contains("must be after 1002");
      assertThat(refusal(harness, of(ControlType.MAINTENANCE, "b", "*", 10, 1900))).isNull();
    }
  }

  @Test
  void commandsAreBoundedAndThoseLongOverMakeRoom() throws Exception {
    try (var harness = harness()) {
      harness.open();
      for (int i = 0; i < AdmissionOperator.MAX_HELD; i++) {
        send(harness, of(ControlType.MUTE, "m" + i, "*", 10, 20));
      }
      assertThat(refusals(harness)).isEmpty();
      assertThat(refusal(harness, threshold("a", "*", 0.7, 10))).contains("at most 1000");
      watermark(harness, 200_000_000);
      assertThat(refusal(harness, threshold("b", "*", 0.7, 10))).isNull();
    }
  }

  @Test
  void commandsAboutModelsGoTheirOwnWayWithTheirGroup() throws Exception {
    try (var harness = harness()) {
      harness.open();
      ControlCommand promote =
          Commands.model(ControlType.PROMOTE, "p", null, 10, null, Models.update("", 0, 0));
      send(harness, promote);
      send(harness, undo("u", "p", 20));

      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(models(harness))
          .extracting(ControlCommand::id, ControlCommand::group)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("p", "all"),
              org.assertj.core.groups.Tuple.tuple("u", "all"));
    }
  }

  @Test
  void modelsThatCannotScoreTheReadingsAreRefused() throws Exception {
    ModelUpdate good = Models.update("", 0, 0);
    ModelUpdate damaged = Models.update("", 0, 0);
    damaged.bytes()[damaged.bytes().length / 2] ^= 1;
    ModelUpdate more = Models.withHumidity("", 0);
    try (var harness = harness()) {
      harness.open();
      assertThat(refusal(harness, promote("a", "other", good))).contains("group must be 'all'");
      assertThat(refusal(harness, promote("b", null, damaged))).contains("is damaged");
      assertThat(refusal(harness, promote("c", null, more))).isNull();
    }
    DetectorPlan wider =
        new DetectorPlan(
            LoadedModel.of(more).model().schema(),
            "zscore",
            Map.of(),
            Scaling.NONE,
            new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.01));
    try (var harness = harness(wider, SENSOR)) {
      harness.open();
      assertThat(refusal(harness, promote("a", "s", good)))
          .contains("must have the job's features");
      assertThat(refusal(harness, promote("b", null, more))).isEqualTo("group must be given");
    }
  }

  private static ControlCommand promote(String id, String group, ModelUpdate model) {
    return Commands.model(ControlType.PROMOTE, id, group, 10, null, model);
  }

  @Test
  void aJobWithoutModelsRefusesCommandsAboutThem() throws Exception {
    DetectorPlan streaming =
        new DetectorPlan(
            Models.SCHEMA,
            "univariate",
            Map.of(),
            Scaling.NONE,
            new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.01));
    try (var harness = harness(streaming, SENSOR)) {
      harness.open();
      assertThat(refusal(harness, Commands.model(ControlType.ROLLBACK, "a", "s", 10, null, null)))
          .contains("univariate learns from each reading");
      assertThat(refusal(harness, threshold("b", "*", 0.7, END - 1))).isNull();
    }
  }

  @Test
  void aRetrainingGoesToTheSamplersOnceAGroupAndTimeAndIsNotUndone() throws Exception {
    try (var harness = harness()) {
      harness.open();
      assertThat(refusal(harness, Commands.retrain("a", null, 10))).isNull();
      assertThat(refusal(harness, Commands.retrain("b", null, 20))).isNull();
      assertThat(refusal(harness, Commands.retrain("c", "all", 20)))
          .isEqualTo("command 'b' trains the same model at the same time");
      assertThat(refusal(harness, undo("u", "a", 30))).contains("has trained a model");

      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(harness.getSideOutput(SideOutputs.MODEL_COMMANDS)).isNull();
      assertThat(harness.getSideOutput(SideOutputs.RETRAIN_COMMANDS))
          .extracting(record -> record.getValue().id() + " " + record.getValue().group())
          .containsExactly("a all", "b all");
    }
    try (var harness =
        new TwoInputStreamOperatorTestHarness<>(
            new AdmissionOperator(Models.PLAN, GLOBAL, Models.PROMOTION, true))) {
      harness.open();
      assertThat(refusal(harness, Commands.retrain("a", null, 10)))
          .contains("training.update incremental");
    }
  }
}
