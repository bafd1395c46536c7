// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.sample.SampledRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Which model the next one is compared with, in the operator that trains. */
class TrainedModelsTest {
  /**
   * Trains on windows of which the n-th lies around a level, or is not there when that is NaN; what
   * is noteworthy of each model.
   */
  private static List<List<String>> issues(long watchMillis, double... levels) throws Exception {
    TrainingPlan plan =
        new TrainingPlan(
            TrainingPlan.Window.TIME, 1000, 1000, 0, false, 500, 10, 0.9, 42, false, false, true);
    PromotionPlan promotion =
        new PromotionPlan(1, 0.3, 1, watchMillis, 1, PromotionPlan.Challengers.NONE, 1, 0);
    try (var harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new TrainFunction(plan, Models.PLAN, promotion, 1_000_000)),
            TrainingSample::group,
            Types.STRING)) {
      harness.open();
      for (int i = 0; i < levels.length; i++) {
        Random random = new Random(i);
        List<SampledRow> rows = new ArrayList<>();
        for (int row = 0; row < (Double.isNaN(levels[i]) ? 0 : 100); row++) {
          double value = levels[i] + random.nextGaussian();
          rows.add(SampledRow.of(Vectors.vector("s", "g", 1000L * i + row, value), 42));
        }
        harness.processElement(
            new StreamRecord<>(
                new TrainingSample("g", 1000L * i, 1000L * (i + 1), rows.size(), rows)));
      }
      harness.processWatermark(1000L * levels.length);
      return harness.extractOutputValues().stream()
          .map(model -> model.issues() == null ? List.<String>of() : List.of(model.issues()))
          .toList();
    }
  }

  @Test
  void aModelThatTheWatchTakesBackIsNotTheOneBeforeTheNext() throws Exception {
    List<String> allFlagged =
        List.of("100 of 100 rows are flagged by the model before, so all of them train");

    assertThat(issues(0, 0, 50, 0)).containsExactly(List.of(), allFlagged, allFlagged);
    assertThat(issues(400, 0, 50, 0)).containsExactly(List.of(), allFlagged, List.of());
    assertThat(issues(400, 0, 50, 50)).containsExactly(List.of(), allFlagged, List.of());
    assertThat(issues(400, 0, 50, Double.NaN, 0))
        .as("its watch is over")
        .containsExactly(List.of(), allFlagged, allFlagged);
  }
}
