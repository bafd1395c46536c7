// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.model.ModelFormatException;
import java.util.LinkedHashMap;
import java.util.Map;
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

  /**
   * Sensors of a subtask whose decoded models are kept; the others' are decoded when a reading
   * comes.
   */
  private static final int DECODED_SENSORS = 512;

  private final ScorePlan plan;

  private transient ReadingScorer scorer;
  private transient WaitingReadings waiting;
  private transient MapState<Long, ModelUpdate> models;
  private transient Map<String, ModelTimeline> decoded;

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
          protected boolean removeEldestEntry(Map.Entry<String, ModelTimeline> eldest) {
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
      score(vector, context, out);
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ScoredVector> out)
      throws Exception {
    for (FeatureVector vector : waiting.release(timestamp)) {
      score(vector, context, out);
    }
    if (scorer.expired(timestamp)) {
      models.clear();
      decoded.remove(context.getCurrentKey());
    }
  }

  private void score(FeatureVector vector, Context context, Collector<ScoredVector> out)
      throws Exception {
    scorer.touch(vector.timestamp(), context.timerService());
    LoadedModel model = timeline(vector.key()).at(vector.key(), vector.timestamp());
    ScoreTiming timing = scorer.score(vector, model, out);
    if (timing != null) {
      context.output(SideOutputs.TIMINGS, timing);
    }
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
      ModelTimeline timeline = timeline(kept.group());
      models.put(kept.scoresFrom(), kept);
      timeline.put(loaded);
      scorer.received(loaded);
      touch(kept, context.timerService());
      for (long from : timeline.prune(plan.noneBefore(context.timerService().currentWatermark()))) {
        models.remove(from);
      }
    } catch (ModelFormatException e) {
      LOG.error(
          "Model {} of sensor '{}' refused, the models before it stay in force: {}",
          kept.modelVersion(),
          kept.group(),
          e.getMessage());
    }
  }

  /**
   * Sees to it that the models of a sensor that sends nothing more are forgotten, too. What a
   * command puts in force from the beginning waits for the sensor: when that is, nobody knows yet.
   */
  private void touch(ModelUpdate model, TimerService timers) throws Exception {
    long known = Math.max(model.scoresFrom(), timers.currentWatermark());
    if (known > ControlCommand.FIRST) {
      scorer.touch(known, timers);
    }
  }

  /** Decoded models of the current sensor, by the time from which they score. */
  private ModelTimeline timeline(String sensor) throws Exception {
    ModelTimeline timeline = decoded.get(sensor);
    if (timeline == null) {
      timeline = new ModelTimeline();
      for (Map.Entry<Long, ModelUpdate> entry : models.entries()) {
        try {
          timeline.put(LoadedModel.of(entry.getValue()));
        } catch (ModelFormatException e) {
          LOG.error("Model of sensor '{}' in restored state left out: {}", sensor, e.getMessage());
        }
      }
      decoded.put(sensor, timeline);
    }
    return timeline;
  }
}
