// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Commands.model;
import static io.caddis.operators.Commands.undoModel;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.sample.SampledRow;
import io.caddis.operators.PromotionPlan.Challengers;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Challengers, in the operator that decides which model is in force. */
class ModelTrialTest {
  /** Flags every reading of a level of 0. */
  private static final ModelUpdate STALE = Models.update("g", 1000, 50);

  private static final ModelUpdate GOOD = Models.update("", 0, 0);

  private static KeyedTwoInputStreamOperatorTestHarness<
          String, ModelUpdate, ModelInput, ModelUpdate>
      harness(Challengers challengers) throws Exception {
    return harness(challengers, 0.1);
  }

  private static KeyedTwoInputStreamOperatorTestHarness<
          String, ModelUpdate, ModelInput, ModelUpdate>
      harness(Challengers challengers, double minGain) throws Exception {
    PromotionPlan plan = new PromotionPlan(1, 1, 1, 0, 1, challengers, 1000, minGain);
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new KeyedCoProcessOperator<>(new ModelControlFunction(plan, 100_000, true)),
        ModelUpdate::group,
        ModelInput::group,
        Types.STRING,
        128,
        1,
        0);
  }

  private static ControlCommand challenge(String id, long from, ModelUpdate model) {
    return model(ControlType.CHALLENGE, id, "g", from, null, model);
  }

  private static void send(
      KeyedTwoInputStreamOperatorTestHarness<String, ModelUpdate, ModelInput, ModelUpdate> harness,
      ControlCommand... commands)
      throws Exception {
    for (ControlCommand command : commands) {
      harness.processElement2(new StreamRecord<>(ModelInput.of(command)));
    }
  }

  private static void slices(
      KeyedTwoInputStreamOperatorTestHarness<String, ModelUpdate, ModelInput, ModelUpdate> harness,
      long from,
      long to,
      int rows)
      throws Exception {
    for (long start = from; start < to; start += 250) {
      harness.processElement2(
          new StreamRecord<>(ModelInput.of(Models.sample("g", start, start + 250, rows))));
    }
    harness.processBothWatermarks(new Watermark(to - 1));
  }

  private static List<Long> inForceFrom(
      KeyedTwoInputStreamOperatorTestHarness<String, ModelUpdate, ModelInput, ModelUpdate>
          harness) {
    return harness.extractOutputValues().stream().map(ModelUpdate::scoresFrom).toList();
  }

  /** From when on there is a challenger, and from when on there is none. */
  private static List<String> trials(
      KeyedTwoInputStreamOperatorTestHarness<String, ModelUpdate, ModelInput, ModelUpdate>
          harness) {
    List<String> trials = new ArrayList<>();
    var told = harness.getSideOutput(SideOutputs.CHALLENGERS);
    if (told != null) {
      told.forEach(
          record ->
              trials.add(
                  record.getValue().scoresFrom()
                      + (record.getValue().verdict() == null ? " begins" : " ends")));
    }
    return trials;
  }

  @Test
  void aBetterChallengerTakesOverAtTheEndOfItsTrialAlsoAfterARestart() throws Exception {
    OperatorSubtaskState state;
    try (var harness = harness(Challengers.PROMOTE)) {
      harness.open();
      harness.processElement1(new StreamRecord<>(STALE));
      send(harness, challenge("c", 2000, GOOD));
      slices(harness, 2000, 2500, 50);
      assertThat(trials(harness)).containsExactly("2000 begins");
      state = harness.snapshot(1, 1);
    }
    try (var harness = harness(Challengers.PROMOTE)) {
      harness.initializeState(state);
      harness.open();
      slices(harness, 2500, 4000, 50);

      assertThat(inForceFrom(harness)).containsExactly(3000L);
      assertThat(harness.extractOutputValues().get(0).sha256()).isEqualTo(GOOD.sha256());
      assertThat(trials(harness)).containsExactly("3000 ends");
    }
  }

  @Test
  void whoOnlyWantsAReportOrHasSeenTooFewReadingsPromotesNothing() throws Exception {
    try (var harness = harness(Challengers.REPORT)) {
      harness.open();
      harness.processElement1(new StreamRecord<>(STALE));
      send(harness, challenge("c", 2000, GOOD));
      slices(harness, 2000, 5000, 50);
      assertThat(inForceFrom(harness)).containsExactly(1000L);
    }
    try (var harness = harness(Challengers.PROMOTE)) {
      harness.open();
      harness.processElement1(new StreamRecord<>(STALE));
      send(harness, challenge("c", 2000, GOOD));
      slices(harness, 2000, 3000, 24);
      assertThat(inForceFrom(harness)).containsExactly(1000L);
      slices(harness, 3000, 3250, 24);
      assertThat(inForceFrom(harness)).containsExactly(1000L, 3250L);
    }
  }

  @Test
  void aChallengerThatFlagsNoBetterNeverTakesOver() throws Exception {
    ModelUpdate same = Models.update("", 0, 50.1);
    try (var harness = harness(Challengers.PROMOTE)) {
      harness.open();
      harness.processElement1(new StreamRecord<>(STALE));
      send(harness, challenge("c", 2000, same));
      slices(harness, 2000, 6000, 50);
      assertThat(inForceFrom(harness)).containsExactly(1000L);
      assertThat(trials(harness)).containsExactly("2000 begins");
    }
  }

  /** Nine readings of ten are 0, one is 4 and an anomaly. */
  private static TrainingSample labelled(long from, boolean said) {
    List<SampledRow> rows = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      boolean anomaly = i % 10 == 0;
      SampledRow row = SampledRow.of(Vectors.vector("s", "g", from + i, anomaly ? 4 : 0), 42);
      rows.add(said ? row.labelled(!anomaly) : row);
    }
    return new TrainingSample("g", from, from + 250, 100, rows);
  }

  /** Whether the challenger has won after a trial of readings, labelled or not. */
  private static boolean wins(ModelUpdate champion, ModelUpdate challenger, boolean said)
      throws Exception {
    try (var harness = harness(Challengers.PROMOTE, 0.05)) {
      harness.open();
      harness.processElement1(new StreamRecord<>(champion));
      send(harness, challenge("c", 2000, challenger));
      for (long from = 2000; from < 6000; from += 250) {
        harness.processElement2(new StreamRecord<>(ModelInput.of(labelled(from, said))));
      }
      harness.processBothWatermarks(new Watermark(6000));
      return inForceFrom(harness).size() == 2;
    }
  }

  @Test
  void whereThereAreLabelsTheyDecideAndNotTheShareThatIsFlagged() throws Exception {
    ModelUpdate findsAnomalies = Models.update("g", 1000, 0);
    ModelUpdate findsNone = Models.update("g", 1000, 1.8);

    assertThat(wins(findsAnomalies, findsNone, false)).as("it flags as few as it is to").isTrue();
    assertThat(wins(findsAnomalies, findsNone, true)).as("it misses all").isFalse();
    assertThat(wins(findsNone, findsAnomalies, false)).as("it flags too many").isFalse();
    assertThat(wins(findsNone, findsAnomalies, true)).as("it finds all").isTrue();
  }

  @Test
  void aTrialEndsByUndoByPromotionAndByAnotherChallenge() throws Exception {
    try (var harness = harness(Challengers.REPORT)) {
      harness.open();
      harness.processElement1(new StreamRecord<>(STALE));
      send(
          harness,
          challenge("c", 2000, GOOD),
          undoModel("u", "g", "c", 2100),
          challenge("d", 2200, Models.update("", 0, 3)),
          challenge("e", 2300, GOOD),
          model(ControlType.PROMOTE, "p", "g", 2400, null, GOOD));
      harness.processBothWatermarks(new Watermark(3000));

      assertThat(trials(harness))
          .containsExactly("2000 begins", "2100 ends", "2200 begins", "2300 begins", "2400 ends");
      assertThat(harness.getSideOutput(SideOutputs.ACKNOWLEDGEMENTS))
          .hasSize(5)
          .allMatch(record -> record.getValue().refusal() == null);
      assertThat(inForceFrom(harness)).containsExactly(1000L, 2400L);
    }
  }

  @Test
  void whatAGateHasPromotedIsUndoneLikeWhatACommandHas() throws Exception {
    try (var harness = harness(Challengers.PROMOTE)) {
      harness.open();
      harness.processElement1(new StreamRecord<>(STALE));
      send(harness, challenge("c", 2000, GOOD));
      slices(harness, 2000, 3000, 50);
      send(harness, undoModel("u", "g", "c", 3500));
      harness.processBothWatermarks(new Watermark(4000));

      assertThat(harness.extractOutputValues())
          .extracting(ModelUpdate::sha256)
          .containsExactly(STALE.sha256(), GOOD.sha256(), STALE.sha256());
    }
  }
}
