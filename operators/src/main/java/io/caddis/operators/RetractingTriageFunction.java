// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.triage.Episode;
import io.caddis.detectors.triage.TriagePolicy;
import io.caddis.detectors.warmup.WarmUp;
import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * A {@link TriageFunction} that takes alerts back when the model that raised them is rolled back:
 * one message for each alert. Verdicts on models come by broadcast.
 *
 * <p>A model raises an alert when it scores its first reading. Alerts are kept for as long as their
 * model can be rolled back, and looked at when the watermark comes to the end of a slice of the
 * watch: by then every verdict of that time is there, and every reading before it, so what is
 * retracted, and when, does not depend on speed.
 */
public final class RetractingTriageFunction
    extends KeyedBroadcastProcessFunction<String, ScoredVector, ModelUpdate, Alert> {
  /** Broadcast state: group, newline, version to model. */
  public static final MapStateDescriptor<String, RolledBackModel> ROLLED_BACK =
      new MapStateDescriptor<>(
          "rolled-back-models", Types.STRING, TypeInformation.of(RolledBackModel.class));

  private static final MapStateDescriptor<String, Episode> RAISED =
      new MapStateDescriptor<>("raised-alerts", Types.STRING, TypeInformation.of(Episode.class));

  private final TriagePolicy policy;
  private final PromotionPlan promotion;

  private transient SensorEpisodes episodes;
  private transient MapState<String, Episode> raised;
  private transient Tally retractions;

  public RetractingTriageFunction(TriagePolicy policy, PromotionPlan promotion) {
    this.policy = policy;
    this.promotion = promotion;
  }

  @Override
  public void open(OpenContext context) {
    episodes = new SensorEpisodes(getRuntimeContext(), policy);
    raised = getRuntimeContext().getMapState(RAISED);
    retractions = new Tally(getRuntimeContext(), OperatorMetrics.RETRACTIONS);
  }

  @Override
  public void processElement(ScoredVector vector, ReadOnlyContext context, Collector<Alert> out)
      throws Exception {
    TimerService timers = context.timerService();
    Episode before = episodes.open();
    if (before != null && isTakenBack(before, vector, context.getBroadcastState(ROLLED_BACK))) {
      raised.put(before.id(), before);
      episodes.drop();
    }
    keep(episodes.next(vector, timers, out), vector.timestamp(), timers);
    Episode open = episodes.open();
    if (open != null && open.start() == vector.timestamp() && isByModel(open)) {
      wake(open.start(), timers);
    }
  }

  @Override
  public void processBroadcastElement(ModelUpdate verdict, Context context, Collector<Alert> out)
      throws Exception {
    ModelVerdict word = verdict.verdict();
    if (word == null) {
      return;
    }
    BroadcastState<String, RolledBackModel> models = context.getBroadcastState(ROLLED_BACK);
    String key = key(verdict.group(), verdict.modelVersion());
    RolledBackModel known = models.get(key);
    switch (word.decision()) {
      case ROLLED_BACK ->
          models.put(
              key,
              new RolledBackModel(
                  verdict.scoresFrom(),
                  word.at(),
                  Long.MAX_VALUE,
                  "model %s was rolled back: %s".formatted(verdict.modelVersion(), word.reason())));
      case REINSTATED, CANARY -> {
        if (known != null) {
          models.put(key, known.reinstated(word.at()));
        }
      }
      case REFUSED, ENDED, PROMOTED -> {}
    }
    forgetSettled(models, context.currentWatermark());
  }

  /** Drops what no alert that is kept can be about. */
  private void forgetSettled(BroadcastState<String, RolledBackModel> models, long watermark)
      throws Exception {
    Iterator<Map.Entry<String, RolledBackModel>> entries = models.iterator();
    while (entries.hasNext()) {
      RolledBackModel model = entries.next().getValue();
      if (promotion.settledAt(Math.max(model.at(), model.from())) < watermark) {
        entries.remove();
      }
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<Alert> out)
      throws Exception {
    TimerService timers = context.timerService();
    keep(episodes.expire(timestamp, timers, out), timestamp, timers);
    if (promotion.sliceEnd(timestamp) == timestamp + 1) {
      look(timestamp, context, out);
      return;
    }
    // Of a quiet period, or of a slice of before a restart, when the watch was another one.
    Episode open = episodes.open();
    if (!raised.isEmpty() || (open != null && waits(open, timestamp))) {
      wake(timestamp, timers);
    }
  }

  /** Retracts what is to be retracted at the end of a slice, and forgets what never will be. */
  private void look(long timestamp, OnTimerContext context, Collector<Alert> out) throws Exception {
    ReadOnlyBroadcastState<String, RolledBackModel> models = context.getBroadcastState(ROLLED_BACK);
    Episode open = episodes.open();
    boolean openWaits = false;
    if (open != null && isByModel(open)) {
      if (retract(open, models, timestamp, out)) {
        episodes.drop();
      } else {
        openWaits = waits(open, timestamp);
      }
    }
    boolean closedWait = false;
    Iterator<Map.Entry<String, Episode>> entries = raised.iterator();
    while (entries.hasNext()) {
      Episode closed = entries.next().getValue();
      if (retract(closed, models, timestamp, out) || !waits(closed, timestamp)) {
        entries.remove();
      } else {
        closedWait = true;
      }
    }
    if (!closedWait) {
      // Or an empty map would stay.
      raised.clear();
    }
    if (openWaits || closedWait) {
      wake(timestamp + 1, context.timerService());
    }
  }

  /** Keeps an alert that is over for as long as it may have to be taken back. */
  private void keep(@Nullable Episode over, long now, TimerService timers) throws Exception {
    if (over != null && waits(over, now)) {
      raised.put(over.id(), over);
      wake(over.start(), timers);
    }
  }

  private void wake(long time, TimerService timers) {
    timers.registerEventTimeTimer(promotion.sliceEnd(time) - 1);
  }

  /** Whether an alert may still have to be taken back. */
  private boolean waits(Episode episode, long now) {
    return isByModel(episode) && promotion.settledAt(episode.start()) > now;
  }

  private static boolean isByModel(Episode episode) {
    return episode.raisedBy() != null && !episode.raisedBy().equals(WarmUp.VERSION);
  }

  private boolean retract(
      Episode episode,
      ReadOnlyBroadcastState<String, RolledBackModel> models,
      long timestamp,
      Collector<Alert> out)
      throws Exception {
    RolledBackModel model = models.get(key(episode.peak().group(), episode.raisedBy()));
    if (model == null || !model.retracts(episode.start(), timestamp + 1)) {
      return false;
    }
    out.collect(episode.retraction(timestamp, model.reason()));
    retractions.increment();
    return true;
  }

  /**
   * Whether an open episode is to be retracted and the reading is from after that. Readings are
   * ahead of the watermark that brings the verdict, so they bring word of it themselves.
   */
  private static boolean isTakenBack(
      Episode open, ScoredVector vector, ReadOnlyBroadcastState<String, RolledBackModel> models)
      throws Exception {
    if (open.raisedBy() == null || open.raisedBy().equals(vector.modelVersion())) {
      return false;
    }
    RolledBackModel model = models.get(key(open.peak().group(), open.raisedBy()));
    return open.raisedBy().equals(vector.rolledBack())
        || (model != null && model.retracts(open.start(), vector.timestamp()));
  }

  private static String key(String group, @Nullable String version) {
    return group + '\n' + version;
  }
}
