// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.Ruling;
import io.caddis.detectors.feature.FeatureSchema;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Puts on every reading what commands say about it: its threshold, and whether it may raise an
 * alert; and takes from it the features that they drop, which are missing from then on. Keyed by
 * sensor; commands come by broadcast and are held by every subtask, which tells so.
 *
 * <p>The one place where commands about readings are held: the ruling travels with the reading, so
 * that scorers and triage cannot disagree about a command that is on its way.
 */
public final class ControlFunction
    extends KeyedBroadcastProcessFunction<String, FeatureVector, ControlCommand, FeatureVector> {
  /** Broadcast state: id to command. */
  public static final MapStateDescriptor<String, ControlCommand> COMMANDS =
      new MapStateDescriptor<>(
          "control-commands", Types.STRING, TypeInformation.of(ControlCommand.class));

  private static final String OPERATOR = "control";

  private final boolean ordered;
  private final FeatureSchema schema;

  private transient WaitingReadings waiting;
  private transient @Nullable ControlRules rules;

  /**
   * @param schema of the readings' features
   * @param ordered whether a reading waits until the watermark says that every command that holds
   *     at its time has come
   */
  public ControlFunction(FeatureSchema schema, boolean ordered) {
    this.schema = schema;
    this.ordered = ordered;
  }

  @Override
  public void open(OpenContext context) {
    waiting = new WaitingReadings(getRuntimeContext());
  }

  @Override
  public void processElement(
      FeatureVector vector, ReadOnlyContext context, Collector<FeatureVector> out)
      throws Exception {
    if (ordered && WaitingReadings.mustWait(vector, context.timerService())) {
      waiting.add(vector, context.timerService());
    } else {
      out.collect(ruled(vector, context));
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<FeatureVector> out)
      throws Exception {
    for (FeatureVector vector : waiting.release(timestamp)) {
      out.collect(ruled(vector, context));
    }
  }

  private FeatureVector ruled(FeatureVector vector, ReadOnlyContext context) throws Exception {
    ControlRules known = rules;
    if (known == null) {
      known = new ControlRules(ControlRules.held(context.getBroadcastState(COMMANDS)));
      rules = known;
    }
    Ruling ruling = known.ruling(vector.key(), vector.timestamp());
    FeatureVector ruled = ruling == null ? vector : vector.under(ruling);
    Predicate<String> dropped = known.dropped(vector.key(), vector.timestamp());
    return dropped == null ? ruled : without(ruled, dropped);
  }

  private FeatureVector without(FeatureVector vector, Predicate<String> dropped) {
    double[] numbers = vector.numbers().clone();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = dropped.test(schema.numbers().get(i).name()) ? Double.NaN : numbers[i];
    }
    @Nullable String[] texts = vector.texts().clone();
    for (int i = 0; i < texts.length; i++) {
      texts[i] = dropped.test(schema.texts().get(i).name()) ? null : texts[i];
    }
    Map<String, Double> extra = vector.extra();
    if (extra != null) {
      extra = new HashMap<>(extra);
      extra.keySet().removeIf(dropped);
    }
    return vector.with(numbers, texts, extra == null || extra.isEmpty() ? null : extra);
  }

  @Override
  public void processBroadcastElement(
      ControlCommand command, Context context, Collector<FeatureVector> out) throws Exception {
    ControlRules.hold(command, context.getBroadcastState(COMMANDS), context.currentWatermark());
    rules = null;
    context.output(
        SideOutputs.ACKNOWLEDGEMENTS,
        Acknowledgement.applied(command, OPERATOR, getRuntimeContext().getTaskInfo()));
  }
}
