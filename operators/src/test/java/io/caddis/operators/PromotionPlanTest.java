// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.sample.SampledRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PromotionPlanTest {
  private static final List<SampledRow> USUAL = Models.sample("g", 0, 1000, 400).rows();

  private static Model around(double level) {
    return ModelCodec.decode(Models.update("g", 1000, level).bytes());
  }

  private static List<SampledRow> withFaults(int from, int to) {
    List<SampledRow> rows = new ArrayList<>(USUAL);
    for (int i = from; i < to; i++) {
      rows.set(i, SampledRow.of(Vectors.vector("s", "g", USUAL.get(i).timestamp(), 50), 42));
    }
    return rows;
  }

  private static PromotionPlan limits(double maxDrift, double maxIncrease, double maxDecrease) {
    return new PromotionPlan(
        maxDrift, maxIncrease, maxDecrease, 0, 1, PromotionPlan.Challengers.NONE, 1, 0);
  }

  private static @Nullable String refusal(
      PromotionPlan plan, Model fresh, @Nullable Model before, List<SampledRow> rows) {
    return plan.refusal(fresh, before == null ? null : PromotionPlan.flags(before, rows), rows);
  }

  @Test
  void aModelThatFlagsWhatItWasMadeToComesIntoForce() {
    assertThat(refusal(limits(0.1, 0.1, 0.1), around(0), around(0), USUAL)).isNull();
  }

  @Test
  void aModelThatFlagsMostOfOneQuarterOfItsIntervalIsRefused() {
    List<SampledRow> rows = withFaults(300, 380);
    assertThat(refusal(limits(0.5, 1, 1), around(0), null, rows))
        .contains("up to 0.7")
        .contains("promotion.max-drift 0.5");
    assertThat(refusal(limits(0.9, 1, 1), around(0), null, rows)).isNull();
  }

  @Test
  void quartersOfFewRowsAreNotLookedAtByThemselves() {
    List<SampledRow> few = withFaults(39, 43).subList(0, 43);
    assertThat(refusal(limits(0.2, 1, 1), around(0), null, few)).isNull();
  }

  @Test
  void aModelThatFlagsMuchMoreThanTheOneBeforeIsRefused() {
    List<SampledRow> rows = withFaults(0, 160);
    assertThat(refusal(limits(1, 0.3, 1), around(0), around(50), rows)).isNull();
    assertThat(refusal(limits(1, 0.1, 1), around(0), around(50), rows)).isNull();
    assertThat(refusal(limits(1, 0.1, 1), around(50), around(0), rows))
        .contains("it flags 0.6", "the model before 0.4", "promotion.max-increase 0.1");
  }

  @Test
  void aModelThatFlagsMuchLessIsRefusedOnlyWhereAskedFor() {
    List<SampledRow> rows = withFaults(0, 160);
    assertThat(refusal(limits(1, 1, 1), around(50), around(0), USUAL)).isNull();
    assertThat(refusal(limits(1, 1, 0.1), around(0), around(50), rows))
        .contains("promotion.max-decrease 0.1");
  }

  @Test
  void limitsAreShares() {
    assertThatThrownBy(() -> limits(1, 1.5, 1)).hasMessage("maxIncrease must be 0 to 1, was 1.5");
  }
}
