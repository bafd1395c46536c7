// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Puts on the rows of training samples what commands say of their readings: normal, or an anomaly.
 * Keyed by group; commands come by broadcast and are held by every subtask, which tells so.
 *
 * <p>A sample waits until the watermark says that its window is complete and with it every command
 * that holds at the window's end: which rows train depends on the times in the answers only.
 */
public final class LabelFunction
    extends KeyedBroadcastProcessFunction<String, TrainingSample, ControlCommand, TrainingSample> {
  /** Broadcast state: id to command. */
  public static final MapStateDescriptor<String, ControlCommand> COMMANDS =
      new MapStateDescriptor<>(
          "label-commands", Types.STRING, TypeInformation.of(ControlCommand.class));

  private static final MapStateDescriptor<Long, List<TrainingSample>> WAITING =
      new MapStateDescriptor<>(
          "samples-to-label", Types.LONG, Types.LIST(TypeInformation.of(TrainingSample.class)));

  private static final String OPERATOR = "label";

  private transient MapState<Long, List<TrainingSample>> waiting;

  @Override
  public void open(OpenContext context) {
    waiting = getRuntimeContext().getMapState(WAITING);
  }

  @Override
  public void processElement(
      TrainingSample part, ReadOnlyContext context, Collector<TrainingSample> out)
      throws Exception {
    List<TrainingSample> parts = waiting.get(part.to());
    if (parts == null) {
      parts = new ArrayList<>();
      context.timerService().registerEventTimeTimer(part.to() - 1);
    }
    parts.add(part);
    waiting.put(part.to(), parts);
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<TrainingSample> out)
      throws Exception {
    List<TrainingSample> parts = waiting.get(timestamp + 1);
    if (parts == null) {
      return;
    }
    waiting.remove(timestamp + 1);
    Labels labels =
        new Labels(ControlRules.held(context.getBroadcastState(COMMANDS)), timestamp + 1);
    for (TrainingSample part : parts) {
      out.collect(labels.on(part));
    }
  }

  @Override
  public void processBroadcastElement(
      ControlCommand command, Context context, Collector<TrainingSample> out) throws Exception {
    ControlRules.hold(command, context.getBroadcastState(COMMANDS), context.currentWatermark());
    context.output(
        SideOutputs.ACKNOWLEDGEMENTS,
        Acknowledgement.applied(command, OPERATOR, getRuntimeContext().getTaskInfo()));
  }
}
