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

  /**
   * What is decided at a time about the model in force: that it is taken back or, when it is a
   * canary, that it is from now on in force for all sensors. Null when nothing is.
   */
  @Nullable ModelUpdate verdict(
      String group, ModelChoice choice, @Nullable TrainingSample sample, long time)
      throws Exception {
    ModelWatch known = watch.value();
    ModelUpdate current = choice.current();
    ModelUpdate before = choice.previous();
    if (known == null || current == null || before == null) {
      return null;
    }
    // A canary does not wait for readings: what it has raised cannot be retracted for ever.
    boolean over = plan.isOver(known, time);
    if (sample == null && !(known.canary() && over)) {
      return null;
    }
    if (sample != null && !known.canary() && plan.isOver(known, sample.from())) {
      watch.clear();
      return null;
    }
    ModelWatch now;
    try {
      now =
          sample == null
              ? known
              : known.with(
                  sample, ModelCodec.decode(current.bytes()), ModelCodec.decode(before.bytes()));
    } catch (ModelFormatException e) {
      // The scorers have refused it, and said so.
      watch.clear();
      return null;
    }
    String reason = plan.breach(now);
    if (reason == null && over) {
      reason = plan.unproven(now);
    }
    if (reason != null) {
      return takenBack(group, current, reason, time);
    }
    if (!over) {
      watch.update(now);
      return null;
    }
    watch.clear();
    return known.canary()
        ? word(
            current.inForce(group, known.from(), null),
            ModelVerdict.Decision.PROMOTED,
            "it has done well for a share of the sensors",
            time)
        : null;
  }

  /**
   * Word that the model in force, which is watched, is taken back: the alerts that it has raised
   * are to be retracted.
   */
  ModelUpdate takenBack(String group, ModelUpdate model, String reason, long time)
      throws Exception {
    long from = watch.value().from();
    watch.clear();
    forgetBefore(time - ttlMillis);
    rolledBack.put(model.modelVersion(), from);
    rollbacks.increment();
    return word(model.inForce(group, from, null), ModelVerdict.Decision.ROLLED_BACK, reason, time);
  }

  private static ModelUpdate word(
      ModelUpdate model, ModelVerdict.Decision decision, String reason, long time) {
    return model.judged(new ModelVerdict(decision, reason, time));
  }

  /** Whether the model in force scores a share of the sensors. */
  boolean watchesCanary() throws Exception {
    ModelWatch known = watch.value();
    return known != null && known.canary();
  }

  /** When it is decided at the latest about the model that is watched. */
  long watchEnd() throws Exception {
    return plan.watchEnd(watch.value().from());
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
   * @param model as it scores from now on
   * @param watches whether there is one before it to go back to, and nobody has gone back to this
   *     one on purpose
   * @return what is to be told about it, null when nothing is
   */
  @Nullable ModelUpdate begin(ModelUpdate model, boolean watches, TimerService timers)
      throws Exception {
    long from = model.scoresFrom();
    boolean canary = model.share() < 1;
    boolean wasCanary = watchesCanary();
    if (watches && plan.watches()) {
      watch.update(ModelWatch.start(from, canary));
      if (canary) {
        timers.registerEventTimeTimer(plan.watchEnd(from) - 1);
      }
    } else {
      watch.clear();
    }
    boolean again = rolledBack.contains(model.modelVersion());
    rolledBack.remove(model.modelVersion());
    if (canary) {
      return word(
          model,
          ModelVerdict.Decision.CANARY,
          "it scores %s of the sensors for %s ms"
              .formatted(model.share(), plan.watchEnd(from) - from),
          from);
    }
    if (wasCanary) {
      return word(
          model, ModelVerdict.Decision.PROMOTED, "a command wants it for all sensors", from);
    }
    return again
        ? word(
            model,
            ModelVerdict.Decision.REINSTATED,
            "a command has put it in force after it had been rolled back",
            from)
        : null;
  }

  /** Forgets the watch of a group whose models have been forgotten. */
  void forget() {
    watch.clear();
  }
}
