// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.DetectorChoice;
import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.Rejection;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.util.OutputTag;

/** What leaves an operator beside its main stream. */
public final class SideOutputs {
  /** Lines and cells that could not be used, with their reason and position. */
  public static final OutputTag<Rejection> DEAD_LETTERS =
      new OutputTag<>("dead-letters", TypeInformation.of(Rejection.class));

  /** Readings behind the watermark; they are scored as well. */
  public static final OutputTag<FeatureVector> LATE =
      new OutputTag<>("late", TypeInformation.of(FeatureVector.class));

  /** What is wrong with sensors' data. */
  public static final OutputTag<QualityIssue> QUALITY =
      new OutputTag<>("quality", TypeInformation.of(QualityIssue.class));

  /** Nothing but watermarks, for whoever needs to know how far the readings are. */
  public static final OutputTag<Boolean> CLOCK = new OutputTag<>("clock", Types.BOOLEAN);

  /** Commands about models. */
  public static final OutputTag<ModelInput> MODEL_COMMANDS =
      new OutputTag<>("model-commands", TypeInformation.of(ModelInput.class));

  /** Commands about the readings that train. */
  public static final OutputTag<ControlCommand> TRAINING_COMMANDS =
      new OutputTag<>("training-commands", TypeInformation.of(ControlCommand.class));

  /** Commands to train a group's model at once. */
  public static final OutputTag<ControlCommand> RETRAIN_COMMANDS =
      new OutputTag<>("retrain-commands", TypeInformation.of(ControlCommand.class));

  /** What subtasks say about commands. */
  public static final OutputTag<Acknowledgement> ACKNOWLEDGEMENTS =
      new OutputTag<>("acknowledgements", TypeInformation.of(Acknowledgement.class));

  /** Models that were refused, rolled back or reinstated, each with the reason. */
  public static final OutputTag<ModelUpdate> MODEL_VERDICTS =
      new OutputTag<>("model-verdicts", TypeInformation.of(ModelUpdate.class));

  /** What detectors that learn by reading chose for a sensor. */
  public static final OutputTag<DetectorChoice> CHOICES =
      new OutputTag<>("choices", TypeInformation.of(DetectorChoice.class));

  /** Models on trial, and word of the end of their trials. */
  public static final OutputTag<ModelUpdate> CHALLENGERS =
      new OutputTag<>("challengers", TypeInformation.of(ModelUpdate.class));

  /** How long models take, told when the number of measurements has doubled. */
  public static final OutputTag<ScoreTiming> TIMINGS =
      new OutputTag<>("timings", TypeInformation.of(ScoreTiming.class));

  private SideOutputs() {}
}
