// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelFormatException;
import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;
import org.jspecify.annotations.Nullable;

/**
 * Watches a group's model for a while after it has come into force. Belongs to {@link
 * ModelControlFunction} and uses its keyed state. Verdicts fall at the ends of slices of event
 * time, on samples that do not depend on order and parallelism, so neither do they.
 */
final class ModelGuard {
  private static final MapStateDescriptor<Long, TrainingSample> WATCHED =
      new MapStateDescriptor<>(
          "watched-readings", Types.LONG, TypeInformation.of(TrainingSample.class));
  private static final ValueStateDescriptor<ModelWatch> WATCH =
      new ValueStateDescriptor<>("model-watch", TypeInformation.of(ModelWatch.class));
  private static final MapStateDescriptor<String, Long> ROLLED_BACK =
      new MapStateDescriptor<>("rolled-back-models", Types.STRING, Types.LONG);

  private final PromotionPlan plan;
  private final long ttlMillis;
  private final MapState<Long, TrainingSample> readings;
  private final ValueState<ModelWatch> watch;
  private final MapState<String, Long> rolledBack;
  private final Tally rollbacks;

  /**
   * @param ttlMillis event time for which it is remembered that a model was rolled back
   */
  ModelGuard(RuntimeContext context, PromotionPlan plan, long ttlMillis) {
    this.plan = plan;
    this.ttlMillis = ttlMillis;
    readings = context.getMapState(WATCHED);
    watch = context.getState(WATCH);
    rolledBack = context.getMapState(ROLLED_BACK);
    rollbacks = new Tally(context, OperatorMetrics.MODELS_ROLLED_BACK);
  }

  /** Takes in readings, to be looked at when their slice is complete. */
  void add(TrainingSample part, TimerService timers) throws Exception {
    TrainingSample known = readings.get(part.to());
    readings.put(part.to(), known == null ? part : plan.merged(known, part));
    timers.registerEventTimeTimer(part.to() - 1);
  }

  /** The readings of the slice that ends at a time, once; null when there are none. */
  @Nullable TrainingSample take(long time) throws Exception {
    TrainingSample sample = readings.get(time);
    if (sample != null) {
      readings.remove(time);
    }
    return sample;
  }

  /** The verdict that takes the model in force back at a time; null when it stays. */
  @Nullable ModelUpdate breach(
      String group, ModelChoice choice, @Nullable TrainingSample sample, long time)
      throws Exception {
    ModelWatch known = watch.value();
    ModelUpdate current = choice.current();
    ModelUpdate before = choice.previous();
    if (sample == null || known == null || current == null || before == null) {
      return null;
    }
    if (plan.isOver(known, sample.from())) {
      watch.clear();
      return null;
    }
    ModelWatch now;
    try {
      now =
          known.with(sample, ModelCodec.decode(current.bytes()), ModelCodec.decode(before.bytes()));
    } catch (ModelFormatException e) {
      // The scorers have refused it, and said so.
      watch.clear();
      return null;
    }
    String reason = plan.breach(now);
    if (reason == null) {
      if (plan.isOver(now, time)) {
        watch.clear();
      } else {
        watch.update(now);
      }
      return null;
    }
    watch.clear();
    forgetBefore(time - ttlMillis);
    rolledBack.put(current.modelVersion(), now.from());
    rollbacks.increment();
    return current
        .inForce(group, now.from(), null)
        .judged(new ModelVerdict(ModelVerdict.Decision.ROLLED_BACK, reason, time));
  }

  /** Version of the model that was rolled back last, null when none was. */
  @Nullable String lastRolledBack() throws Exception {
    String last = null;
    long latest = Long.MIN_VALUE;
    for (Map.Entry<String, Long> entry : rolledBack.entries()) {
      if (entry.getValue() >= latest) {
        latest = entry.getValue();
        last = entry.getKey();
      }
    }
    return last;
  }

  private void forgetBefore(long time) throws Exception {
    Iterator<Map.Entry<String, Long>> entries = rolledBack.iterator();
    while (entries.hasNext()) {
      if (entries.next().getValue() < time) {
        entries.remove();
      }
    }
  }

  /**
   * Notes that a model has come into force.
   *
   * @param from event time from which on it scores
   * @param watches whether there is one before it to go back to, and nobody has gone back to this
   *     one on purpose
   * @return word that it had been rolled back before, null when it had not
   */
  @Nullable ModelUpdate begin(String group, ModelUpdate model, long from, boolean watches)
      throws Exception {
    if (watches && plan.watches()) {
      watch.update(ModelWatch.start(from));
    } else {
      watch.clear();
    }
    if (!rolledBack.contains(model.modelVersion())) {
      return null;
    }
    rolledBack.remove(model.modelVersion());
    return model
        .inForce(group, from, null)
        .judged(
            new ModelVerdict(
                ModelVerdict.Decision.REINSTATED,
                "a command has put it in force after it had been rolled back",
                from));
  }

  /** Forgets the watch of a group whose models have been forgotten. */
  void forget() {
    watch.clear();
  }
}
