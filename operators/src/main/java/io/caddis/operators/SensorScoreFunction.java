// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.model.ModelFormatException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores like {@link ScoreFunction}, with a model of each sensor's own. The models live in the
 * sensor's keyed state instead of on every subtask, so that their number is bounded by the sensors
 * of a subtask and not by all there are.
 */
public final class SensorScoreFunction
    extends KeyedCoProcessFunction<String, FeatureVector, ModelUpdate, ScoredVector> {
  private static final Logger LOG = LoggerFactory.getLogger(SensorScoreFunction.class);

  private static final MapStateDescriptor<Long, ModelUpdate> MODELS =
      new MapStateDescriptor<>("sensor-models", Types.LONG, TypeInformation.of(ModelUpdate.class));

  private static final int SUPERSEDED_KEPT = 2;

  /**
   * Sensors of a subtask whose decoded models are kept; the others' are decoded when a reading
   * comes.
   */
  private static final int DECODED_SENSORS = 512;

  private final ScorePlan plan;

  private transient ReadingScorer scorer;
  private transient WaitingReadings waiting;
  private transient MapState<Long, ModelUpdate> models;
  private transient Map<String, NavigableMap<Long, LoadedModel>> decoded;

  public SensorScoreFunction(ScorePlan plan) {
    this.plan = plan;
  }

  @Override
  public void open(OpenContext context) {
    scorer = new ReadingScorer(getRuntimeContext(), plan);
    waiting = new WaitingReadings(getRuntimeContext());
    models = getRuntimeContext().getMapState(MODELS);
    decoded =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(
              Map.Entry<String, NavigableMap<Long, LoadedModel>> eldest) {
            return size() > DECODED_SENSORS;
          }
        };
  }

  @Override
  public void processElement1(FeatureVector vector, Context context, Collector<ScoredVector> out)
      throws Exception {
    if (plan.ordered() && WaitingReadings.mustWait(vector, context.timerService())) {
      waiting.add(vector, context.timerService());
    } else {
      score(vector, context.timerService(), out);
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ScoredVector> out)
      throws Exception {
    for (FeatureVector vector : waiting.release(timestamp)) {
      score(vector, context.timerService(), out);
    }
    if (scorer.expired(timestamp)) {
      models.clear();
      decoded.remove(context.getCurrentKey());
    }
  }

  private void score(FeatureVector vector, TimerService timers, Collector<ScoredVector> out)
      throws Exception {
    scorer.touch(vector, timers);
    Map.Entry<Long, LoadedModel> newest = timeline(vector.key()).floorEntry(vector.timestamp());
    scorer.score(vector, newest == null ? null : newest.getValue(), timers, out);
  }

  @Override
  public void processElement2(ModelUpdate update, Context context, Collector<ScoredVector> out)
      throws Exception {
    ModelUpdate rival = models.get(update.scoresFrom());
    ModelUpdate kept = rival == null ? update : update.merge(rival);
    if (kept == rival) {
      return;
    }
    try {
      LoadedModel loaded = LoadedModel.of(kept);
      NavigableMap<Long, LoadedModel> timeline = timeline(kept.group());
      models.put(kept.scoresFrom(), kept);
      timeline.put(kept.scoresFrom(), loaded);
      scorer.received(loaded);
      prune(timeline, plan.noneBefore(context.timerService().currentWatermark()));
    } catch (ModelFormatException e) {
      LOG.error(
          "Model {} of sensor '{}' refused, the models before it stay in force: {}",
          kept.modelVersion(),
          kept.group(),
          e.getMessage());
    }
  }

  private void prune(NavigableMap<Long, LoadedModel> timeline, long noneBefore) throws Exception {
    while (timeline.headMap(noneBefore, true).size() > SUPERSEDED_KEPT) {
      long oldest = timeline.firstKey();
      timeline.remove(oldest);
      models.remove(oldest);
    }
  }

  /** Decoded models of the current sensor, by the time from which they score. */
  private NavigableMap<Long, LoadedModel> timeline(String sensor) throws Exception {
    NavigableMap<Long, LoadedModel> timeline = decoded.get(sensor);
    if (timeline == null) {
      timeline = new TreeMap<>();
      for (Map.Entry<Long, ModelUpdate> entry : models.entries()) {
        try {
          timeline.put(entry.getKey(), LoadedModel.of(entry.getValue()));
        } catch (ModelFormatException e) {
          LOG.error("Model of sensor '{}' in restored state left out: {}", sensor, e.getMessage());
        }
      }
      decoded.put(sensor, timeline);
    }
    return timeline;
  }
}
