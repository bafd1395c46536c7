// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.operators.Acknowledgement;
import io.caddis.operators.AdmissionOperator;
import io.caddis.operators.ControlCommand;
import io.caddis.operators.ControlFunction;
import io.caddis.operators.LabelFunction;
import io.caddis.operators.ModelInput;
import io.caddis.operators.SideOutputs;
import io.caddis.operators.TrainingSample;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * The part of the graph that commands go through.
 *
 * <pre>
 *   features ------------------- control -- score
 *       : watermarks only           #         #
 *   commands - admission ===========+         #
 *                  | about training         #
 *        sample - label - train               #
 *  watch-sample - watch-label -+              #
 *                  : about models             #
 *                  promotion =================+
 * </pre>
 */
final class Controlled {
  private final SingleOutputStreamOperator<ControlCommand> admitted;
  private final SingleOutputStreamOperator<FeatureVector> readings;

  private Controlled(
      SingleOutputStreamOperator<ControlCommand> admitted,
      SingleOutputStreamOperator<FeatureVector> readings) {
    this.admitted = admitted;
    this.readings = readings;
  }

  static Controlled of(
      SingleOutputStreamOperator<FeatureVector> features,
      DataStream<ControlCommand> commands,
      DetectionPlan plan) {
    SingleOutputStreamOperator<ControlCommand> admitted =
        features
            .getSideOutput(SideOutputs.CLOCK)
            .connect(commands)
            .transform(
                OperatorUids.CONTROL_ADMISSION,
                TypeInformation.of(ControlCommand.class),
                new AdmissionOperator(
                    plan.detector(),
                    plan.features().grouping(),
                    plan.promotion(),
                    plan.training().incremental()))
            .uid(OperatorUids.CONTROL_ADMISSION)
            .setParallelism(1)
            .setMaxParallelism(1);
    return new Controlled(
        admitted,
        DataStreamUtils.reinterpretAsKeyedStream(features, FeatureVector::key)
            .connect(admitted.broadcast(ControlFunction.COMMANDS))
            .process(new ControlFunction(plan.features().schema(), plan.ordered()))
            .uid(OperatorUids.CONTROL)
            .name(OperatorUids.CONTROL));
  }

  /** The readings, each with what commands say about it. */
  SingleOutputStreamOperator<FeatureVector> readings() {
    return readings;
  }

  /** Samples, with what commands say about their readings. */
  SingleOutputStreamOperator<TrainingSample> labelled(
      DataStream<TrainingSample> samples, String uid) {
    return samples
        .keyBy(TrainingSample::group)
        .connect(
            admitted.getSideOutput(SideOutputs.TRAINING_COMMANDS).broadcast(LabelFunction.COMMANDS))
        .process(new LabelFunction())
        .uid(uid)
        .name(uid);
  }

  /** The commands to train a model at once. */
  DataStream<ControlCommand> retrainCommands() {
    return admitted.getSideOutput(SideOutputs.RETRAIN_COMMANDS);
  }

  /** The commands about which model scores. */
  DataStream<ModelInput> modelCommands() {
    return admitted.getSideOutput(SideOutputs.MODEL_COMMANDS);
  }

  /** What became of the commands, those about models apart. */
  DataStream<Acknowledgement> acknowledgements() {
    return admitted
        .getSideOutput(SideOutputs.ACKNOWLEDGEMENTS)
        .union(readings.getSideOutput(SideOutputs.ACKNOWLEDGEMENTS));
  }
}
