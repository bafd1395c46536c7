// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.sample.SampledRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class LabelFunctionTest {
  private static KeyedTwoInputStreamOperatorTestHarness<
          String, TrainingSample, ControlCommand, TrainingSample>
      harness() throws Exception {
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new CoBroadcastWithKeyedOperator<>(new LabelFunction(), List.of(LabelFunction.COMMANDS)),
        TrainingSample::group,
        null,
        Types.STRING,
        128,
        1,
        0);
  }

  private static ControlCommand label(
      String id, String sensors, long effective, long from, long to, boolean normal) {
    return new ControlCommand(
        id,
        id,
        normal ? ControlType.ACCEPT : ControlType.LABEL,
        sensors,
        null,
        Double.NaN,
        effective,
        ControlCommand.WITHOUT_END,
        null,
        null,
        null,
        new ControlCommand.Span(from, to, normal),
        0,
        null);
  }

  /** Rows of two sensors at each of three times, in a window that ends at 1000. */
  private static TrainingSample sample() {
    List<SampledRow> rows = new ArrayList<>();
    for (long time : new long[] {100, 200, 300}) {
      for (String sensor : List.of("a1", "b1")) {
        rows.add(SampledRow.of(Vectors.vector(sensor, "g", time, 1), 42, false, true));
      }
    }
    return new TrainingSample("g", 0, 1000, 6, rows);
  }

  private static List<Boolean> labels(ControlCommand... commands) throws Exception {
    try (var harness = harness()) {
      harness.open();
      harness.processElement1(new StreamRecord<>(sample()));
      for (ControlCommand command : commands) {
        harness.processElement2(new StreamRecord<>(command));
      }
      harness.processWatermark1(new Watermark(999));
      assertThat(harness.extractOutputValues()).as("commands may still come").isEmpty();
      harness.processWatermark2(new Watermark(999));
      assertThat(harness.numKeyedStateEntries()).isZero();
      return harness.extractOutputValues().get(0).rows().stream().map(SampledRow::normal).toList();
    }
  }

  @Test
  void rowsOfTheSpanAndTheSensorsAreLabelledAndNoOthers() throws Exception {
    assertThat(labels()).containsOnlyNulls().hasSize(6);
    assertThat(labels(label("1", "a*", 0, 200, 300, true)))
        .containsExactly(null, null, true, null, null, null);
    assertThat(labels(label("1", "*", 0, 150, 301, false)))
        .containsExactly(null, null, false, false, false, false);
  }

  @Test
  void theLaterCommandCountsUntilItIsUndone() throws Exception {
    ControlCommand all = label("1", "*", 0, 0, 1000, true);
    ControlCommand one = label("2", "b1", 5, 0, 250, false);

    assertThat(labels(one, all)).containsExactly(true, false, true, false, true, true);
    assertThat(labels(all, one, Commands.undo("3", "2", 900))).containsOnly(true);
  }

  @Test
  void whatHoldsAtTheEndOfTheWindowCounts() throws Exception {
    ControlCommand late = label("1", "*", 1001, 0, 1000, true);
    ControlCommand now = label("2", "a1", 1000, 0, 1000, true);

    assertThat(labels(late)).containsOnlyNulls();
    assertThat(labels(now)).containsExactly(true, null, true, null, true, null);
    assertThat(labels(now, Commands.undo("3", "2", 1001))).contains(true);
  }

  @Test
  void commandsAndWaitingSamplesSurviveARestartAndAreAcknowledged() throws Exception {
    OperatorSubtaskState snapshot;
    try (var harness = harness()) {
      harness.open();
      harness.processElement1(new StreamRecord<>(sample()));
      harness.processElement2(new StreamRecord<>(label("1", "*", 0, 0, 1000, false)));
      assertThat(harness.getSideOutput(SideOutputs.ACKNOWLEDGEMENTS))
          .extracting(said -> said.getValue().operator())
          .containsExactly("label");
      snapshot = harness.snapshot(1, 1);
    }
    try (var harness = harness()) {
      harness.initializeState(snapshot);
      harness.open();
      harness.processWatermark1(new Watermark(999));
      harness.processWatermark2(new Watermark(999));
      assertThat(harness.extractOutputValues().get(0).rows())
          .extracting(SampledRow::normal)
          .containsOnly(false);
    }
  }

  @Test
  void whatIsSaidOfARowCountsBeforeTheModelAndAnomaliesTrainInNoCase() {
    Model before = ModelCodec.decode(Models.update("g", 1000, 0).bytes());
    SampledRow usual = SampledRow.of(Vectors.vector("s", "g", 1, 0), 42);
    SampledRow far = SampledRow.of(Vectors.vector("s", "g", 2, 50), 42);
    List<SampledRow> rows = new ArrayList<>(Collections.nCopies(20, usual));
    rows.addAll(Arrays.asList(far, far.labelled(true), usual.labelled(false)));

    FlaggedRows split = FlaggedRows.by(PromotionPlan.flags(before, rows), rows);
    assertThat(split.flagged()).containsExactly(far, usual.labelled(false));
    assertThat(split.kept()).hasSize(21).contains(far.labelled(true));
    assertThat(FlaggedRows.by(null, rows).flagged()).containsExactly(usual.labelled(false));

    List<SampledRow> changed = List.of(far, far, far, far.labelled(false));
    FlaggedRows all = FlaggedRows.by(PromotionPlan.flags(before, changed), changed);
    assertThat(all.kept()).containsExactly(far, far, far);
    assertThat(all.issue())
        .isEqualTo("3 of 4 rows are flagged by the model before, so all of them train");
  }
}
