// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.model.ModelFormatException;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores every reading with the model of its group that came into force last at the reading's event
 * time: the newest whose training interval had ended, unless a command put another one in force.
 * One that is in force for a share of the sensors leaves the others to the model before it. Keyed
 * by sensor; models come by broadcast and are held by every subtask.
 *
 * <p>The models held are a set that grows by a commutative, idempotent merge: after the same
 * updates in any order every subtask holds the same set. A model is dropped when the watermark,
 * less the retention of late readings, has made two newer ones of its group admissible, so that
 * late readings still meet theirs.
 */
public final class ScoreFunction
    extends KeyedBroadcastProcessFunction<String, FeatureVector, ModelUpdate, ScoredVector> {
  private static final Logger LOG = LoggerFactory.getLogger(ScoreFunction.class);

  /** Broadcast state: group and the time from which it scores to model. */
  public static final MapStateDescriptor<String, ModelUpdate> MODELS =
      new MapStateDescriptor<>("models", Types.STRING, TypeInformation.of(ModelUpdate.class));

  private final ScorePlan plan;

  private transient ReadingScorer scorer;
  private transient WaitingReadings waiting;

  /**
   * Decoded view of the broadcast state, by group and the time from which they score; null until
   * first needed after a start.
   */
  private transient @Nullable Map<String, ModelTimeline> timelines;

  public ScoreFunction(ScorePlan plan) {
    this.plan = plan;
  }

  @Override
  public void open(OpenContext context) {
    scorer = new ReadingScorer(getRuntimeContext(), plan);
    waiting = new WaitingReadings(getRuntimeContext());
    getRuntimeContext()
        .getMetricGroup()
        .addGroup(OperatorMetrics.GROUP)
        .gauge(OperatorMetrics.MODELS_HELD, this::modelsHeld);
  }

  private int modelsHeld() {
    Map<String, ModelTimeline> held = timelines;
    return held == null ? 0 : held.values().stream().mapToInt(ModelTimeline::size).sum();
  }

  @Override
  public void processElement(
      FeatureVector vector, ReadOnlyContext context, Collector<ScoredVector> out) throws Exception {
    if (plan.ordered() && WaitingReadings.mustWait(vector, context.timerService())) {
      waiting.add(vector, context.timerService());
    } else {
      score(vector, context, out);
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ScoredVector> out)
      throws Exception {
    for (FeatureVector vector : waiting.release(timestamp)) {
      score(vector, context, out);
    }
    scorer.expired(timestamp);
  }

  private void score(FeatureVector vector, ReadOnlyContext context, Collector<ScoredVector> out)
      throws Exception {
    ModelTimeline timeline = timelines(context.getBroadcastState(MODELS)).get(vector.group());
    LoadedModel model = timeline == null ? null : timeline.at(vector.key(), vector.timestamp());
    if (!plan.challenger() || (model != null && !model.ended())) {
      ScoreTiming timing = scorer.score(vector, model, out);
      if (!vector.late() && (model == null || plan.risk() > 0)) {
        scorer.touch(vector.timestamp(), context.timerService());
      }
      if (timing != null) {
        context.output(SideOutputs.TIMINGS, timing);
      }
    }
  }

  @Override
  public void processBroadcastElement(
      ModelUpdate update, Context context, Collector<ScoredVector> out) throws Exception {
    BroadcastState<String, ModelUpdate> models = context.getBroadcastState(MODELS);
    Map<String, ModelTimeline> held = timelines(models);
    ModelUpdate rival = models.get(key(update.group(), update.scoresFrom()));
    ModelUpdate kept = rival == null ? update : update.merge(rival);
    if (kept == rival) {
      return;
    }
    try {
      LoadedModel loaded = LoadedModel.of(kept);
      models.put(key(kept.group(), kept.scoresFrom()), kept);
      ModelTimeline timeline = held.computeIfAbsent(kept.group(), group -> new ModelTimeline());
      timeline.put(loaded);
      scorer.received(loaded);
      for (long from : timeline.prune(plan.noneBefore(context.currentWatermark()))) {
        models.remove(key(kept.group(), from));
      }
    } catch (ModelFormatException e) {
      LOG.error(
          "Model {} of group '{}' refused, the models before it stay in force: {}",
          kept.modelVersion(),
          kept.group(),
          e.getMessage());
    }
  }

  private Map<String, ModelTimeline> timelines(ReadOnlyBroadcastState<String, ModelUpdate> models)
      throws Exception {
    Map<String, ModelTimeline> held = timelines;
    if (held == null) {
      held = new HashMap<>();
      for (Map.Entry<String, ModelUpdate> entry : models.immutableEntries()) {
        ModelUpdate model = entry.getValue();
        try {
          LoadedModel loaded = LoadedModel.of(model);
          held.computeIfAbsent(model.group(), group -> new ModelTimeline()).put(loaded);
          scorer.received(loaded);
        } catch (ModelFormatException e) {
          LOG.error("Model {} in restored state left out: {}", entry.getKey(), e.getMessage());
        }
      }
      timelines = held;
    }
    return held;
  }

  private static String key(String group, long scoresFrom) {
    return group + '\n' + scoresFrom;
  }
}
