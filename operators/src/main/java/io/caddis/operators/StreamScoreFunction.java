// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.DetectorChoice;
import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.stream.StreamDetector;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Scores every reading with a detector that learns from its sensor's readings one by one; keyed by
 * sensor. Nothing is trained in windows and nothing is broadcast.
 *
 * <p>A reading that is older than one of its sensor that came before is scored against what is
 * known and teaches nothing: learning is in event-time order.
 *
 * <p>What a sensor's readings are measured by goes to {@link SideOutputs#CHOICES} with its first
 * reading and whenever it changes.
 */
public final class StreamScoreFunction
    extends KeyedProcessFunction<String, FeatureVector, ScoredVector> {
  private final ScorePlan plan;
  private final String name;
  private final double threshold;
  private final DetectorPlan detectorPlan;
  private final IdleTimer idle;

  private transient ReadingScorer scorer;
  private transient SensorDetectors detectors;

  /** Holds the sensor's detector as it was before the reading. */
  private transient DataOutputSerializer before;

  /**
   * @param detector name and parameters of a {@link io.caddis.detectors.stream.StreamDetectors
   *     streaming detector}
   */
  public StreamScoreFunction(ScorePlan plan, DetectorPlan detector) {
    this.plan = plan;
    this.name = detector.detector();
    this.threshold = detector.threshold().scoreThreshold();
    this.detectorPlan = detector;
    this.idle = new IdleTimer(plan.ttlMillis());
  }

  @Override
  public void open(OpenContext context) {
    scorer = new ReadingScorer(getRuntimeContext(), plan);
    detectors = new SensorDetectors(getRuntimeContext(), detectorPlan);
    before = new DataOutputSerializer(1 << 12);
  }

  @Override
  public void processElement(FeatureVector vector, Context context, Collector<ScoredVector> out)
      throws Exception {
    int features = vector.numbers().length;
    StreamState known = detectors.get(features);
    boolean unknown = known.newest() == Long.MIN_VALUE;
    boolean past = vector.timestamp() < known.newest();
    StreamDetector detector = (past ? detectors.copy(known) : known).detector();
    long newest = Math.max(vector.timestamp(), known.newest());
    before.clear();
    if (plan.archived()) {
      detector.write(before);
    }
    String member = detector.member();
    scorer.score(vector, detector, newest, threshold, name, before, out);
    if (!past) {
      idle.touch(vector.key(), known.newest(), newest, context.timerService());
      known.learned(newest);
      detectors.put(known);
      if (unknown || !detector.member().equals(member)) {
        context.output(
            SideOutputs.CHOICES,
            new DetectorChoice(
                vector.key(), vector.timestamp(), name, detector.member(), detector.basis()));
      }
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ScoredVector> out)
      throws Exception {
    TimerService timers = context.timerService();
    if (idle.expired(context.getCurrentKey(), detectors.newest(), timestamp, timers)) {
      detectors.clear();
      scorer.forget();
    }
  }
}
