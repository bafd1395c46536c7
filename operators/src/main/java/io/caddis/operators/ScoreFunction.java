// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.model.ModelFormatException;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
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
 * Keyed by sensor; models come by broadcast and are held by every subtask.
 *
 * <p>The models held are a set that grows by a commutative, idempotent merge: after the same
 * updates in any order every subtask holds the same set. A model is dropped when the watermark,
 * less the retention of late readings, has made {@value #SUPERSEDED_KEPT} newer ones of its group
 * admissible, so that late readings still meet theirs.
 */
public final class ScoreFunction
    extends KeyedBroadcastProcessFunction<String, FeatureVector, ModelUpdate, ScoredVector> {
  private static final Logger LOG = LoggerFactory.getLogger(ScoreFunction.class);

  /** Broadcast state: group and the time from which it scores to model. */
  public static final MapStateDescriptor<String, ModelUpdate> MODELS =
      new MapStateDescriptor<>("models", Types.STRING, TypeInformation.of(ModelUpdate.class));

  private static final int SUPERSEDED_KEPT = 2;

  private final ScorePlan plan;

  private transient ReadingScorer scorer;
  private transient WaitingReadings waiting;

  /**
   * Decoded view of the broadcast state, by group and the time from which they score; null until
   * first needed after a start.
   */
  private transient @Nullable Map<String, NavigableMap<Long, LoadedModel>> timelines;

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
    Map<String, NavigableMap<Long, LoadedModel>> held = timelines;
    return held == null ? 0 : held.values().stream().mapToInt(Map::size).sum();
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
    NavigableMap<Long, LoadedModel> timeline =
        timelines(context.getBroadcastState(MODELS)).get(vector.group());
    Map.Entry<Long, LoadedModel> newest =
        timeline == null ? null : timeline.floorEntry(vector.timestamp());
    LoadedModel model = newest == null ? null : newest.getValue();
    if (!plan.challenger() || (model != null && !model.ended())) {
      scorer.score(vector, model, context.timerService(), out);
    }
  }

  @Override
  public void processBroadcastElement(
      ModelUpdate update, Context context, Collector<ScoredVector> out) throws Exception {
    BroadcastState<String, ModelUpdate> models = context.getBroadcastState(MODELS);
    Map<String, NavigableMap<Long, LoadedModel>> held = timelines(models);
    ModelUpdate rival = models.get(key(update.group(), update.scoresFrom()));
    ModelUpdate kept = rival == null ? update : update.merge(rival);
    if (kept == rival) {
      return;
    }
    try {
      LoadedModel loaded = LoadedModel.of(kept);
      models.put(key(kept.group(), kept.scoresFrom()), kept);
      held.computeIfAbsent(kept.group(), group -> new TreeMap<>()).put(kept.scoresFrom(), loaded);
      scorer.received(loaded);
    } catch (ModelFormatException e) {
      LOG.error(
          "Model {} of group '{}' refused, the models before it stay in force: {}",
          kept.modelVersion(),
          kept.group(),
          e.getMessage());
      return;
    }
    prune(kept.group(), held, plan.noneBefore(context.currentWatermark()), models);
  }

  private static void prune(
      String group,
      Map<String, NavigableMap<Long, LoadedModel>> held,
      long noneBefore,
      BroadcastState<String, ModelUpdate> models)
      throws Exception {
    NavigableMap<Long, LoadedModel> timeline = held.getOrDefault(group, new TreeMap<>());
    while (timeline.headMap(noneBefore, true).size() > SUPERSEDED_KEPT) {
      long oldest = timeline.firstKey();
      timeline.remove(oldest);
      models.remove(key(group, oldest));
    }
  }

  private Map<String, NavigableMap<Long, LoadedModel>> timelines(
      ReadOnlyBroadcastState<String, ModelUpdate> models) throws Exception {
    Map<String, NavigableMap<Long, LoadedModel>> held = timelines;
    if (held == null) {
      held = new HashMap<>();
      for (Map.Entry<String, ModelUpdate> entry : models.immutableEntries()) {
        ModelUpdate model = entry.getValue();
        try {
          LoadedModel loaded = LoadedModel.of(model);
          held.computeIfAbsent(model.group(), g -> new TreeMap<>()).put(model.scoresFrom(), loaded);
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
