// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelFormatException;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a group's challenger, and says when it is to take the champion's place. Belongs to {@link
 * ModelControlFunction} and uses its keyed state.
 */
final class ModelTrial {
  private static final ValueStateDescriptor<Challenge> CHALLENGE =
      new ValueStateDescriptor<>("challenge", TypeInformation.of(Challenge.class));

  private final PromotionPlan plan;
  private final ValueState<Challenge> challenge;

  ModelTrial(RuntimeContext context, PromotionPlan plan) {
    this.plan = plan;
    challenge = context.getState(CHALLENGE);
  }

  /** The challenger, null when there is none. */
  @Nullable Challenge challenge() throws Exception {
    return challenge.value();
  }

  void begin(String command, ModelUpdate model, long from) throws Exception {
    challenge.update(new Challenge(command, model, from, ModelWatch.start(from, false)));
  }

  void end() {
    challenge.clear();
  }

  /**
   * Looks at the readings of a slice.
   *
   * @return the challenge that the champion has lost at a time, null when none has been
   */
  @Nullable Challenge won(
      @Nullable ModelUpdate champion, @Nullable TrainingSample sample, long time) throws Exception {
    Challenge known = challenge.value();
    if (known == null
        || champion == null
        || sample == null
        || plan.challengers() != PromotionPlan.Challengers.PROMOTE) {
      return null;
    }
    try {
      Model challenger = ModelCodec.decode(known.model().bytes());
      Model decided = ModelCodec.decode(champion.bytes());
      ModelWatch seen = known.seen().with(sample, challenger, decided);
      challenge.update(known.with(seen));
      boolean holds =
          time >= known.from() + plan.trialMillis()
              && plan.gains(
                  seen,
                  challenger.thresholdRule().contamination(),
                  decided.thresholdRule().contamination());
      return holds ? known : null;
    } catch (ModelFormatException e) {
      // The scorers have refused it, and said so.
      return null;
    }
  }
}
