// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Commands.canary;
import static io.caddis.operators.Commands.model;
import static io.caddis.operators.Commands.undoModel;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Models that score a share of the sensors first, in the operator that decides about them. */
class ModelCanaryTest {
  private static final ModelUpdate GOOD = Models.update("g", 1000, 0);
  private static final ModelUpdate NEXT = Models.update("g", 2000, 0.1);

  /** Flags every reading of a level of 0. */
  private static final ModelUpdate BAD = Models.update("g", 2000, 50);

  private static final ModelUpdate LATER = Models.update("g", 2500, 0.2);

  /** The operator, with a watch of a second, and what has come out of it. */
  private static final class Run extends ModelControlRun<Run> {
    Run(double share, @Nullable OperatorSubtaskState state) throws Exception {
      this(share, 1000, state);
    }

    Run(double share, long watchMillis, @Nullable OperatorSubtaskState state) throws Exception {
      super(
          new PromotionPlan(1, 0.3, 1, watchMillis, share, PromotionPlan.Challengers.NONE, 1, 0),
          state);
    }

    @Override
    Run self() {
      return this;
    }

    /** Readings of a level of 0, in slices of a quarter of the watch. */
    Run seen(long from, long to, int rows) throws Exception {
      for (long start = from; start < to; start += 250) {
        seen(Models.sample("g", start, start + 250, rows));
      }
      return this;
    }

    List<String> inForce() {
      return harness.extractOutputValues().stream()
          .map(model -> "%d %s for %s".formatted(model.scoresFrom(), name(model), model.share()))
          .toList();
    }

    List<String> told() {
      return harness.getSideOutput(SideOutputs.MODEL_VERDICTS).stream()
          .map(StreamRecord::getValue)
          .map(
              model ->
                  "%s %s at %d"
                      .formatted(model.verdict().decision(), name(model), model.verdict().at()))
          .toList();
    }

    List<String> refusals() {
      return harness.getSideOutput(SideOutputs.ACKNOWLEDGEMENTS).stream()
          .map(record -> String.valueOf(record.getValue().refusal()))
          .toList();
    }
  }

  private static String name(ModelUpdate model) {
    return ModelChoice.same(model, GOOD)
        ? "good"
        : ModelChoice.same(model, BAD) ? "bad" : ModelChoice.same(model, LATER) ? "later" : "next";
  }

  @Test
  void aModelThatDoesWellForAShareScoresAllAtTheEndOfItsWatchAlsoAfterARestart() throws Exception {
    OperatorSubtaskState state;
    try (Run run = new Run(0.1, null)) {
      run.trained(GOOD, NEXT).seen(2000, 2500, 50).until(2500);

      assertThat(run.inForce()).containsExactly("1000 good for 1.0", "2000 next for 0.1");
      assertThat(run.told()).containsExactly("CANARY next at 2000");
      state = run.harness.snapshot(1, 1);
    }
    try (Run run = new Run(0.1, state)) {
      run.seen(2500, 3500, 50).until(4000);

      assertThat(run.inForce()).containsExactly("3000 next for 1.0");
      assertThat(run.told()).containsExactly("PROMOTED next at 3000");
    }
  }

  @Test
  void itIsDecidedAboutAModelWhoseWatchIsShorterAfterARestart() throws Exception {
    OperatorSubtaskState state;
    try (Run run = new Run(0.1, null)) {
      run.trained(GOOD, NEXT).seen(2000, 2250, 50).until(2250);
      state = run.harness.snapshot(1, 1);
    }
    try (Run run = new Run(0.1, 200, state)) {
      run.seen(2250, 2500, 50).until(2500);

      assertThat(run.inForce()).containsExactly("2500 next for 1.0");
    }
  }

  @Test
  void oneThatFlagsTooMuchIsTakenBackForAll() throws Exception {
    try (Run run = new Run(0.1, null)) {
      run.trained(GOOD, BAD).seen(2000, 4000, 50).until(4000);

      assertThat(run.inForce())
          .containsExactly("1000 good for 1.0", "2000 bad for 0.1", "2250 good for 1.0");
      assertThat(run.told()).containsExactly("CANARY bad at 2000", "ROLLED_BACK bad at 2250");
      assertThat(run.harness.extractOutputValues().get(2).rolledBack())
          .isEqualTo(BAD.modelVersion());
    }
  }

  @Test
  void oneOfWhichTooFewReadingsTellIsTakenBackAtTheEndOfItsWatch() throws Exception {
    try (Run run = new Run(0.1, null)) {
      run.trained(GOOD, NEXT).seen(2000, 2250, 19).until(4000);

      assertThat(run.told()).containsExactly("CANARY next at 2000", "ROLLED_BACK next at 3000");
      assertThat(run.inForce()).endsWith("3000 good for 1.0");
    }
    try (Run run = new Run(1, null)) {
      run.trained(GOOD, NEXT).seen(2000, 2250, 19).until(4000);

      assertThat(run.inForce()).containsExactly("1000 good for 1.0", "2000 next for 1.0");
    }
  }

  @Test
  void aModelTrainedMeanwhileWaitsUntilItIsDecided() throws Exception {
    try (Run run = new Run(0.1, null)) {
      run.trained(GOOD, NEXT, LATER).seen(2000, 4500, 50).until(4500);

      assertThat(run.inForce())
          .containsExactly(
              "1000 good for 1.0",
              "2000 next for 0.1",
              "3000 next for 1.0",
              "3001 later for 0.1",
              "4250 later for 1.0");
    }
  }

  @Test
  void aCommandAsksForAShareAndForAllOrTakesTheCanaryBack() throws Exception {
    ModelUpdate foreign = Models.update("", 0, 0.3);
    try (Run run = new Run(1, null)) {
      run.trained(GOOD)
          .command(canary("a", "g", 2000, 0.2, foreign))
          .command(canary("b", "g", 2100, 0.5, foreign))
          .command(model(ControlType.PROMOTE, "c", "g", 2200, null, foreign))
          .until(2300);

      assertThat(run.inForce())
          .containsExactly(
              "1000 good for 1.0", "2000 next for 0.2", "2100 next for 0.5", "2200 next for 1.0");
      assertThat(run.refusals()).containsOnly("null").hasSize(3);
      assertThat(run.told())
          .containsExactly("CANARY next at 2000", "CANARY next at 2100", "PROMOTED next at 2200");
    }
    try (Run run = new Run(1, null)) {
      run.trained(GOOD)
          .command(canary("a", "g", 2000, 0.2, foreign))
          .command(undoModel("u", "g", "a", 2100))
          .until(4000);

      assertThat(run.inForce())
          .containsExactly("1000 good for 1.0", "2000 next for 0.2", "2100 good for 1.0");
      assertThat(run.told()).containsExactly("CANARY next at 2000", "ROLLED_BACK next at 2100");
    }
  }

  @Test
  void aShareNeedsAnotherModelForTheOtherSensors() throws Exception {
    try (Run run = new Run(1, null)) {
      run.command(canary("a", "g", 500, 0.2, BAD))
          .trained(GOOD)
          .command(canary("b", "g", 1500, 0.2, GOOD))
          .until(2000);

      assertThat(run.inForce()).containsExactly("1000 good for 1.0");
      assertThat(run.refusals())
          .containsExactly(
              "share must not be given while no model is in force that the other sensors could"
                  + " keep",
              "share must not be given of the model that is in force for all sensors");
    }
  }

  @Test
  void aShareIsOfTheSensorsNamesAndGrows() {
    ModelTimeline timeline = new ModelTimeline();
    timeline.put(LoadedModel.of(GOOD));
    timeline.put(LoadedModel.of(NEXT.forShare(0.1)));
    timeline.put(LoadedModel.of(NEXT.inForce("g", 3000, null).forShare(0.5)));
    int few = 0;
    int half = 0;
    for (int i = 0; i < 10_000; i++) {
      String sensor = "pump-" + i;
      boolean early = timeline.at(sensor, 2000).lineage().trainTo() == 2000;
      boolean late = timeline.at(sensor, 3000).lineage().trainTo() == 2000;
      assertThat(!early || late).isTrue();
      assertThat(timeline.at(sensor, 2999).lineage().trainTo() == 2000).isEqualTo(early);
      few += early ? 1 : 0;
      half += late ? 1 : 0;
    }
    assertThat(few).isBetween(900, 1100);
    assertThat(half).isBetween(4800, 5200);
  }
}
