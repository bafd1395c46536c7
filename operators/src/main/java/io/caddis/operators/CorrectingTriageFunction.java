// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.AlertState;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.triage.AlertCorrection;
import io.caddis.detectors.triage.Episode;
import io.caddis.detectors.triage.EpisodeRun;
import io.caddis.detectors.triage.TriagePolicy;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * A {@link TriageFunction} whose alerts do not depend on the order in which a sensor's readings
 * come, as long as none is further behind the watermark than the retention. One that is raises
 * nothing.
 *
 * <p>For the retention it keeps the verdict on each reading, the episode that was open where these
 * begin, and the alerts told about them. A reading behind another one of its sensor, or behind the
 * time at which an alert was over, has these episodes reckoned anew, and what differs from what was
 * told is told. Others cost two more writes.
 */
public final class CorrectingTriageFunction
    extends KeyedProcessFunction<String, ScoredVector, Alert> {
  private static final MapStateDescriptor<Long, List<Verdict>> VERDICTS =
      new MapStateDescriptor<>(
          "verdicts", Types.LONG, Types.LIST(TypeInformation.of(Verdict.class)));

  private static final ValueStateDescriptor<Verdict> NEWEST =
      new ValueStateDescriptor<>("newest-verdict", TypeInformation.of(Verdict.class));

  private static final ValueStateDescriptor<Long> FORGOTTEN_UNTIL =
      new ValueStateDescriptor<>("forgotten-until", Types.LONG);

  private static final ValueStateDescriptor<Episode> BEFORE =
      new ValueStateDescriptor<>("episode-before", TypeInformation.of(Episode.class));

  private static final MapStateDescriptor<String, Episode> OVER =
      new MapStateDescriptor<>("alerts-over", Types.STRING, TypeInformation.of(Episode.class));

  /** Verdicts are forgotten so many times in a retention. */
  private static final int SLICES = 4;

  private final TriagePolicy policy;
  private final long retention;

  private transient SensorEpisodes episodes;

  /** By event time. */
  private transient MapState<Long, List<Verdict>> verdicts;

  /** How far episodes have been told: by a reading, or by the time at which one was over. */
  private transient ValueState<Verdict> newest;

  private transient ValueState<Long> forgottenUntil;

  /** The episode that was open before the first of the verdicts. */
  private transient ValueState<Episode> before;

  private transient MapState<String, Episode> over;
  private transient Tally amendments;
  private transient Tally retractions;
  private transient Tally tooLate;

  /**
   * @param retention how far behind the watermark a reading still changes alerts, event time in
   *     milliseconds, at least 1
   */
  public CorrectingTriageFunction(TriagePolicy policy, long retention) {
    if (retention < 1) {
      throw new IllegalArgumentException("retention must be at least 1, was " + retention);
    }
    this.policy = policy;
    this.retention = retention;
  }

  @Override
  public void open(OpenContext context) {
    episodes = new SensorEpisodes(getRuntimeContext(), policy);
    verdicts = getRuntimeContext().getMapState(VERDICTS);
    newest = getRuntimeContext().getState(NEWEST);
    forgottenUntil = getRuntimeContext().getState(FORGOTTEN_UNTIL);
    before = getRuntimeContext().getState(BEFORE);
    over = getRuntimeContext().getMapState(OVER);
    amendments = new Tally(getRuntimeContext(), OperatorMetrics.AMENDMENTS);
    retractions = new Tally(getRuntimeContext(), OperatorMetrics.RETRACTIONS);
    tooLate = new Tally(getRuntimeContext(), OperatorMetrics.TOO_LATE);
  }

  @Override
  public void processElement(ScoredVector vector, Context context, Collector<Alert> out)
      throws Exception {
    TimerService timers = context.timerService();
    Verdict last = newest.value();
    Verdict verdict = Verdict.of(vector);
    boolean inOrder = last == null || Verdict.ORDER.compare(last, verdict) < 0;
    if (isTooLate(vector.timestamp(), inOrder, timers.currentWatermark())) {
      tooLate.increment();
      return;
    }
    Episode open = episodes.open();
    if (last == null && open != null) {
      // Of a job that kept no verdicts.
      before.update(open);
    }
    remember(verdict, timers);
    if (inOrder) {
      newest.update(verdict.place());
      keep(episodes.next(vector, timers, out));
    } else {
      correct(vector, last.timestamp(), timers, out);
    }
  }

  /** After a restart the watermark does not say it at first, but what is forgotten stays so. */
  private boolean isTooLate(long timestamp, boolean inOrder, long watermark) throws Exception {
    if (watermark >= Long.MIN_VALUE + retention && timestamp <= watermark - retention) {
      return true;
    }
    Long forgotten = inOrder ? null : forgottenUntil.value();
    return forgotten != null && timestamp <= forgotten;
  }

  private void remember(Verdict verdict, TimerService timers) throws Exception {
    List<Verdict> sameTime = verdicts.get(verdict.timestamp());
    if (sameTime == null) {
      sameTime = new ArrayList<>(1);
      forgetAfter(verdict.timestamp(), timers);
    }
    sameTime.add(verdict);
    verdicts.put(verdict.timestamp(), sameTime);
  }

  private void correct(ScoredVector cause, long now, TimerService timers, Collector<Alert> out)
      throws Exception {
    EpisodeRun run = new EpisodeRun(policy, before.value());
    for (Verdict verdict : inOrder()) {
      run.next(verdict.timestamp(), verdict.anomaly());
    }
    run.until(now);
    List<Episode> told = new ArrayList<>();
    over.values().forEach(told::add);
    AlertCorrection correction = AlertCorrection.of(told, episodes.open(), run, cause, now);
    episodes.correct(correction, timers, out);
    over.clear();
    for (Episode alert : correction.over()) {
      over.put(alert.id(), alert);
    }
    for (Alert message : correction.messages()) {
      if (message.state() == AlertState.RETRACTED) {
        retractions.increment();
      } else if (message.state() == AlertState.AMENDED) {
        amendments.increment();
      }
    }
  }

  private List<Verdict> inOrder() throws Exception {
    List<Verdict> found = new ArrayList<>();
    for (List<Verdict> sameTime : verdicts.values()) {
      found.addAll(sameTime);
    }
    found.sort(Verdict.ORDER);
    return found;
  }

  /** Keeps an alert whose end has just been told. */
  private void keep(@Nullable Episode ended) throws Exception {
    if (ended != null) {
      over.put(ended.id(), ended);
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<Alert> out)
      throws Exception {
    Episode ended = episodes.expire(timestamp, context.timerService(), out);
    if (ended != null) {
      keep(ended);
      // A reading before that can bring it back.
      newest.update(new Verdict(timestamp, Long.MAX_VALUE, Long.MAX_VALUE, null));
    }
    forget(timestamp - retention, context.timerService());
  }

  /** Forgets what no reading after that time can change. */
  private void forget(long until, TimerService timers) throws Exception {
    EpisodeRun run = new EpisodeRun(policy, before.value());
    long latest = Long.MIN_VALUE;
    for (Verdict verdict : inOrder()) {
      latest = verdict.timestamp();
      if (latest <= until) {
        run.next(latest, verdict.anomaly());
        verdicts.remove(latest);
      }
    }
    run.until(until);
    Episode open = run.open();
    Iterator<Episode> alerts = over.values().iterator();
    while (alerts.hasNext()) {
      Episode alert = alerts.next();
      if (alert.end() <= until && (open == null || alert.end() < open.start())) {
        alerts.remove();
      }
    }
    if (over.isEmpty()) {
      over.clear();
    }
    if (open != null) {
      before.update(open);
      forgetAfter(open.end() + policy.quietMillis(), timers);
    } else {
      before.clear();
      if (latest <= until) {
        // Or an empty map would stay.
        verdicts.clear();
        newest.clear();
        forgottenUntil.clear();
        return;
      }
    }
    if (latest > until) {
      // Seldom not there already: where the retention was another one before a restart.
      forgetAfter(latest, timers);
    }
    Long known = forgottenUntil.value();
    if (known == null || known < until) {
      forgottenUntil.update(until);
    }
  }

  private void forgetAfter(long time, TimerService timers) {
    long slice = Math.max(1, retention / SLICES);
    timers.registerEventTimeTimer((Math.floorDiv(time + retention, slice) + 1) * slice - 1);
  }
}
