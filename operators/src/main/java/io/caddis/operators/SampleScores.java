// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.drift.DriftState;
import io.caddis.detectors.drift.MeanShift;
import io.caddis.detectors.drift.ScoreDrift;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.sample.SampledRow;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the scores that a group's model gives to the samples of its training windows have
 * changed for good. Belongs to {@link TrainFunction} and uses its keyed state.
 */
final class SampleScores {
  private static final ValueStateDescriptor<DriftState> DRIFT =
      new ValueStateDescriptor<>("sample-score-drift", TypeInformation.of(DriftState.class));
  private static final ValueStateDescriptor<Long> SEEN_TO =
      new ValueStateDescriptor<>("sample-scores-to", Types.LONG);

  private final @Nullable ScoreDrift rule;
  private final ValueState<DriftState> drift;
  private final ValueState<Long> seenTo;

  /**
   * @param rule what counts as a change, null when none does
   */
  SampleScores(RuntimeContext context, @Nullable ScoreDrift rule) {
    this.rule = rule;
    drift = context.getState(DRIFT);
    seenTo = context.getState(SEEN_TO);
  }

  /**
   * Looks at a sample's readings in their order of time, but for those of an earlier sample.
   *
   * @param model that scores them, null when there is none
   * @return the change that they show; then they are as if not looked at, because a model that does
   *     not hold leaves it a change
   */
  @Nullable MeanShift look(TrainingSample sample, @Nullable Model model) throws Exception {
    if (rule == null || model == null) {
      return null;
    }
    Long seen = seenTo.value();
    List<SampledRow> fresh =
        sample.rows().stream()
            .filter(row -> seen == null || row.timestamp() >= seen)
            .sorted(Comparator.comparingLong(SampledRow::timestamp))
            .toList();
    DriftState state = copy(drift.value());
    for (SampledRow row : fresh) {
      ScoreDrift.Step step = rule.update(state, row.timestamp(), PromotionPlan.score(model, row));
      if (step.shift() != null) {
        return step.shift();
      }
      state = step.state();
    }
    drift.update(state);
    seenTo.update(sample.to());
    return null;
  }

  /** The test works on the array of its state. */
  private static @Nullable DriftState copy(@Nullable DriftState state) {
    double[] test = state == null ? null : state.test();
    return state == null || test == null
        ? state
        : new DriftState(state.method(), state.from(), state.count(), state.sum(), test.clone());
  }

  /** Begins anew, with the scores of another model. */
  void forget() {
    drift.clear();
    seenTo.clear();
  }
}
