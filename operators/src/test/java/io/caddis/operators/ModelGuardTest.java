// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static io.caddis.operators.Commands.model;
import static io.caddis.operators.Commands.undoModel;
import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.sample.SampledRow;
import io.caddis.operators.ModelVerdict.Decision;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Models under watch, in the operator that decides which is in force. */
class ModelGuardTest {
  private static final PromotionPlan WATCHED =
      new PromotionPlan(1, 0.3, 1, 1000, 1, PromotionPlan.Challengers.NONE, 1, 0);
  private static final ModelUpdate GOOD = Models.update("g", 1000, 0);

  /** Flags every reading of a level of 0. */
  private static final ModelUpdate BAD = Models.update("g", 2000, 50);

  private static final ModelUpdate NEXT = Models.update("g", 3000, 0.1);

  /** The operator and what has come out of it. */
  private static final class Run extends ModelControlRun<Run> {
    Run(@Nullable OperatorSubtaskState state) throws Exception {
      super(WATCHED, state);
    }

    @Override
    Run self() {
      return this;
    }

    List<String> inForce() {
      return harness.extractOutputValues().stream()
          .map(model -> model.scoresFrom() + " " + name(model))
          .toList();
    }

    List<String> verdicts() {
      var verdicts = harness.getSideOutput(SideOutputs.MODEL_VERDICTS);
      return verdicts == null
          ? List.of()
          : verdicts.stream()
              .map(StreamRecord::getValue)
              .map(
                  model ->
                      "%s %s of %d at %d"
                          .formatted(
                              model.verdict().decision(),
                              name(model),
                              model.scoresFrom(),
                              model.verdict().at()))
              .toList();
    }
  }

  private static String name(ModelUpdate model) {
    return ModelChoice.same(model, GOOD) ? "good" : ModelChoice.same(model, BAD) ? "bad" : "next";
  }

  /** Readings of a level of 0. */
  private static TrainingSample slice(long from) {
    return Models.sample("g", from, from + 250, 100);
  }

  private static TrainingSample part(TrainingSample whole, int from, int to) {
    List<SampledRow> rows = whole.rows().subList(from, to);
    return new TrainingSample("g", whole.from(), whole.to(), rows.size(), rows);
  }

  @Test
  void aModelThatFlagsMuchMoreThanTheOneBeforeIsTakenBackAtTheEndOfASlice() throws Exception {
    try (Run run = new Run(null)) {
      run.trained(GOOD, BAD).seen(slice(2000), slice(2250)).until(3000);

      assertThat(run.inForce()).containsExactly("1000 good", "2000 bad", "2250 good");
      assertThat(run.verdicts()).containsExactly(Decision.ROLLED_BACK + " bad of 2000 at 2250");
      ModelUpdate verdict = run.harness.getSideOutput(SideOutputs.MODEL_VERDICTS).peek().getValue();
      assertThat(verdict.verdict().reason())
          .isEqualTo(
              "it flagged 1.00 of 100 readings since it came into force, the model before would"
                  + " have flagged 0.00 of them (promotion.max-increase 0.3)");
      assertThat(run.harness.extractOutputValues().get(2).rolledBack())
          .isEqualTo(BAD.modelVersion());
    }
  }

  @Test
  void neitherPartsNorARestartNorTheOrderOfThingsMatters() throws Exception {
    TrainingSample whole = slice(2000);
    OperatorSubtaskState state;
    try (Run run = new Run(null)) {
      run.seen(part(whole, 60, 100)).trained(BAD, GOOD).until(2100);
      state = run.harness.snapshot(1, 1);
    }
    try (Run run = new Run(state)) {
      run.seen(part(whole, 0, 60)).until(3000);

      assertThat(run.inForce()).containsExactly("2250 good");
      assertThat(run.verdicts()).containsExactly(Decision.ROLLED_BACK + " bad of 2000 at 2250");
    }
  }

  @Test
  void aModelThatFlagsAsTheOneBeforeStays() throws Exception {
    try (Run run = new Run(null)) {
      run.trained(GOOD, NEXT).seen(slice(3000), slice(3250), slice(3500), slice(3750)).until(5000);

      assertThat(run.inForce()).containsExactly("1000 good", "3000 next");
      assertThat(run.verdicts()).isEmpty();
    }
  }

  @Test
  void readingsOfBeforeItCameIntoForceAndAfterItsWatchDoNotCount() throws Exception {
    ModelUpdate late = BAD.inForce("g", 2245, null);
    try (Run run = new Run(null)) {
      // 5 readings of the first slice are its own
      run.trained(GOOD, late).seen(Models.sample("g", 2150, 2250, 100)).until(2250);
      assertThat(run.verdicts()).isEmpty();
      run.seen(slice(2250)).until(2500);
      assertThat(run.verdicts()).containsExactly(Decision.ROLLED_BACK + " bad of 2245 at 2500");
    }
    try (Run run = new Run(null)) {
      run.trained(GOOD, BAD).seen(part(slice(2750), 0, 19)).until(3000);
      run.seen(slice(3000)).until(4000);
      assertThat(run.verdicts()).isEmpty();
    }
    try (Run run = new Run(null)) {
      run.trained(GOOD, BAD).seen(slice(3000)).until(4000);
      assertThat(run.verdicts()).isEmpty();
    }
  }

  @Test
  void theNextModelIsComparedWithTheOneThatIsBackInForce() throws Exception {
    ModelUpdate alsoBad = Models.update("g", 3000, -50);
    try (Run run = new Run(null)) {
      run.trained(GOOD, BAD, alsoBad).seen(slice(2000), slice(3000)).until(4000);

      assertThat(run.inForce())
          .containsExactly("1000 good", "2000 bad", "2250 good", "3000 next", "3250 good");
      assertThat(run.verdicts()).hasSize(2);
    }
  }

  @Test
  void aModelTrainedAtTheVeryTimeComesIntoForceInsteadOfTheOneBefore() throws Exception {
    ModelUpdate now = Models.update("g", 2250, 0.1);
    try (Run run = new Run(null)) {
      run.trained(GOOD, BAD, now).seen(slice(2000)).until(4000);

      assertThat(run.inForce()).containsExactly("1000 good", "2000 bad", "2250 next");
      assertThat(run.verdicts()).containsExactly(Decision.ROLLED_BACK + " bad of 2000 at 2250");
    }
  }

  @Test
  void aPromotedModelIsTakenBackForTheVeryOneBeforeAndTheNextTrainedFollows() throws Exception {
    ModelUpdate foreign = Models.update("", 0, 50);
    ModelUpdate meanwhile = Models.update("g", 2100, 0.2);
    try (Run run = new Run(null)) {
      run.trained(GOOD, meanwhile, NEXT)
          .command(model(ControlType.PROMOTE, "p", "g", 2010, null, foreign))
          .seen(slice(2000))
          .until(4000);

      assertThat(run.inForce()).containsExactly("1000 good", "2010 next", "2250 good", "3000 next");
      assertThat(run.verdicts()).containsExactly(Decision.ROLLED_BACK + " next of 2010 at 2250");
      assertThat(run.harness.getSideOutput(SideOutputs.MODEL_VERDICTS).peek().getValue().group())
          .isEqualTo("g");
    }
  }

  @Test
  void whoWantsTheModelAllTheSameGetsItUnwatched() throws Exception {
    try (Run run = new Run(null)) {
      run.trained(GOOD, BAD)
          .seen(slice(2000), slice(2500), slice(2750))
          .command(model(ControlType.ROLLBACK, "r", "g", 2400, null, null))
          .until(4000);

      assertThat(run.inForce()).containsExactly("1000 good", "2000 bad", "2250 good", "2400 bad");
      assertThat(run.verdicts())
          .containsExactly(
              Decision.ROLLED_BACK + " bad of 2000 at 2250",
              Decision.REINSTATED + " bad of 2400 at 2400");
    }
  }

  @Test
  void promotedAgainItIsWatchedAgain() throws Exception {
    try (Run run = new Run(null)) {
      run.trained(GOOD, BAD)
          .seen(slice(2000), slice(2500))
          .command(model(ControlType.PROMOTE, "p", "g", 2400, null, BAD))
          .until(4000);

      assertThat(run.verdicts())
          .containsExactly(
              Decision.ROLLED_BACK + " bad of 2000 at 2250",
              Decision.REINSTATED + " bad of 2400 at 2400",
              Decision.ROLLED_BACK + " bad of 2400 at 2750");
      assertThat(run.inForce()).endsWith("2400 bad", "2750 good");
    }
  }

  @Test
  void aGroupOfWhichThereAreReadingsKeepsTheModelToGoBackTo() throws Exception {
    ModelUpdate muchLater = BAD.inForce("g", 250_000, null);
    try (Run run = new Run(null)) {
      run.trained(GOOD).seen(slice(100_000), slice(200_000)).until(240_000);
      run.trained(muchLater).seen(slice(250_000)).until(260_000);

      assertThat(run.verdicts()).containsExactly(Decision.ROLLED_BACK + " bad of 250000 at 250250");
    }
  }

  @Test
  void aCommandAtTheVeryTimeDoesNotKeepATrainedModelFromBeingWatched() throws Exception {
    try (Run run = new Run(null)) {
      run.trained(GOOD, BAD)
          .command(undoModel("u", "g", "unknown", 2000))
          .seen(slice(2000))
          .until(3000);

      assertThat(run.verdicts()).containsExactly(Decision.ROLLED_BACK + " bad of 2000 at 2250");
    }
  }
}
