// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.NewFeatures;
import io.caddis.detectors.model.ModelFormatException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Admits each command once and decides the event time from which on it holds, or refuses it. One
 * subtask whatever the parallelism, so that all others hear the same.
 *
 * <p>Its first input carries nothing but the watermarks of the readings. A command holds from the
 * time it names, or, when that has passed or it names none, from just behind the watermark. What
 * follows waits for watermarks that have come through here, so no reading that a command is about
 * is judged before the command is there: with readings in event-time order the results depend on
 * the admitted times only. An operator rather than a function, because functions are not told of
 * watermarks.
 */
public final class AdmissionOperator extends AbstractStreamOperator<ControlCommand>
    implements TwoInputStreamOperator<Boolean, ControlCommand, ControlCommand> {
  /** Commands about readings that may be held: in force, or ended within a day of event time. */
  static final int MAX_HELD = 1_000;

  /** The watermark at the end of a stream, from which one cannot count on. */
  private static final long LAST = Long.MAX_VALUE - 2;

  private static final int REMEMBERED_IDS = 10_000;
  private static final int REMEMBERED_MODEL_COMMANDS = 1_000;

  private static final String OPERATOR = "control-admission";
  private static final ListStateDescriptor<ControlCommand> COMMANDS =
      new ListStateDescriptor<>("admitted-commands", TypeInformation.of(ControlCommand.class));
  private static final ListStateDescriptor<String> IDS =
      new ListStateDescriptor<>("admitted-ids", Types.STRING);
  private static final ListStateDescriptor<Long> WATERMARK =
      new ListStateDescriptor<>("watermark", Types.LONG);

  private final DetectorPlan detector;
  private final @Nullable String onlyGroup;
  private final PromotionPlan promotion;
  private final boolean incremental;

  private transient Map<String, ControlCommand> admitted;
  private transient Set<String> ids;
  private transient ListState<ControlCommand> admittedState;
  private transient ListState<String> idState;
  private transient ListState<Long> watermarkState;
  private transient long watermark;

  /**
   * @param detector what the job scores with
   * @param grouping which groups have models
   * @param promotion what models can be put to
   * @param incremental whether models learn each window's readings, which they must once only
   */
  public AdmissionOperator(
      DetectorPlan detector, Grouping grouping, PromotionPlan promotion, boolean incremental) {
    this.incremental = incremental;
    this.promotion = promotion;
    this.detector = detector;
    this.onlyGroup = grouping.onlyGroup();
  }

  @Override
  public void open() throws Exception {
    super.open();
    admittedState = getOperatorStateBackend().getListState(COMMANDS);
    idState = getOperatorStateBackend().getListState(IDS);
    watermarkState = getOperatorStateBackend().getListState(WATERMARK);
    admitted = new LinkedHashMap<>();
    for (ControlCommand command : admittedState.get()) {
      admitted.put(command.id(), command);
    }
    ids = new LinkedHashSet<>();
    idState.get().forEach(ids::add);
    watermark = Long.MIN_VALUE;
    for (Long known : watermarkState.get()) {
      watermark = Math.max(watermark, known);
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    admittedState.update(List.copyOf(admitted.values()));
    idState.update(List.copyOf(ids));
    watermarkState.update(List.of(watermark));
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    watermark = Math.max(watermark, mark.getTimestamp());
    super.processWatermark(mark);
  }

  @Override
  public void processElement1(StreamRecord<Boolean> nothing) {}

  @Override
  public void processElement2(StreamRecord<ControlCommand> record) {
    ControlCommand command = record.getValue();
    if (ids.contains(command.id())) {
      return;
    }
    admitted.keySet().removeAll(ended());
    ControlCommand decided = command.admitted(fromOf(command), groupOf(command));
    String refusal = refusal(decided);
    if (refusal != null) {
      output.collect(
          SideOutputs.ACKNOWLEDGEMENTS,
          new StreamRecord<>(Acknowledgement.of(decided, OPERATOR, 0, 1, refusal)));
      return;
    }
    boolean aboutTraining = aboutTraining(decided);
    remember(decided);
    if (aboutTraining) {
      output.collect(SideOutputs.TRAINING_COMMANDS, new StreamRecord<>(decided));
    } else if (decided.group() == null) {
      output.collect(new StreamRecord<>(decided));
    } else if (decided.type() == ControlType.RETRAIN) {
      output.collect(SideOutputs.RETRAIN_COMMANDS, new StreamRecord<>(decided));
    } else {
      output.collect(SideOutputs.MODEL_COMMANDS, new StreamRecord<>(ModelInput.of(decided)));
    }
  }

  /** What is yet to choose a model is undone at its own time: there is nothing to undo before. */
  private long fromOf(ControlCommand command) {
    long from = Math.max(command.from(), earliest());
    String target = command.target();
    ControlCommand undone = target == null ? null : admitted.get(target);
    return undone != null && undone.group() != null ? Math.max(from, undone.from()) : from;
  }

  /** The watermark W lets readings of W + 1 go. */
  private long earliest() {
    return watermark == Long.MIN_VALUE ? ControlCommand.FIRST : Math.min(watermark, LAST) + 2;
  }

  private Set<String> ended() {
    return ControlRules.ended(admitted.values(), ControlRules.longBefore(watermark));
  }

  private boolean aboutTraining(ControlCommand command) {
    String target = command.target();
    ControlCommand decides = target == null ? command : admitted.get(target);
    return decides != null && decides.type().aboutTraining();
  }

  private @Nullable String groupOf(ControlCommand command) {
    String target = command.target();
    if (target != null) {
      ControlCommand undone = admitted.get(target);
      return undone == null ? null : undone.group();
    }
    if (!command.type().aboutModels()) {
      return null;
    }
    return command.group() == null ? onlyGroup : command.group();
  }

  private @Nullable String refusal(ControlCommand command) {
    if (command.type() == ControlType.UNDO) {
      return refusalOfUndo(command);
    }
    if (command.type().aboutModels()) {
      return refusalOfModels(command);
    }
    if (command.type().aboutTraining() && detector.learnsByReading()) {
      return noModels();
    }
    if (command.to() <= command.from()) {
      return "its end must be after %d, which the readings have reached, was %d (epoch ms)"
          .formatted(command.from(), command.to());
    }
    long held = admitted.values().stream().filter(c -> c.group() == null).count();
    return held < MAX_HELD
        ? null
        : "at most %d commands can be in force: undo some, and those are dropped a day later"
            .formatted(MAX_HELD);
  }

  private @Nullable String refusalOfUndo(ControlCommand command) {
    ControlCommand target = admitted.get(command.target());
    if (target == null || target.type() == ControlType.UNDO) {
      return "command must be the id of one that was applied and is no undo, was '%s'"
          .formatted(command.target());
    }
    if (target.type() == ControlType.RETRAIN) {
      return "command '%s' has trained a model: a rollback goes back to the one before"
          .formatted(target.id());
    }
    boolean undone = admitted.values().stream().anyMatch(c -> target.id().equals(c.target()));
    return undone ? "command '%s' has been undone before".formatted(target.id()) : null;
  }

  private @Nullable String refusalOfModels(ControlCommand command) {
    if (detector.learnsByReading()) {
      return noModels();
    }
    if (command.type() == ControlType.CHALLENGE
        && promotion.challengers() == PromotionPlan.Challengers.NONE) {
      return "promotion.challengers must not be none for a model to be put on trial";
    }
    if (command.share() > 0 && !promotion.watches()) {
      return "promotion.watch must be above 0 s for a model to score a share of the sensors first";
    }
    if (command.group() == null) {
      return "group must be given";
    }
    if (onlyGroup != null && !onlyGroup.equals(command.group())) {
      return "group must be '%s', was '%s'".formatted(onlyGroup, command.group());
    }
    if (command.type() == ControlType.RETRAIN) {
      return refusalOfRetraining(command);
    }
    ModelUpdate model = command.model();
    return model == null ? null : misfit(model);
  }

  private @Nullable String refusalOfRetraining(ControlCommand command) {
    if (incremental) {
      return "with training.update incremental a model learns each reading once, at its window's"
          + " end";
    }
    return admitted.values().stream()
        .filter(c -> c.type() == ControlType.RETRAIN && c.from() == command.from())
        .filter(c -> Objects.equals(c.group(), command.group()))
        .findFirst()
        .map(c -> "command '%s' trains the same model at the same time".formatted(c.id()))
        .orElse(null);
  }

  private String noModels() {
    return "the detector %s learns from each reading: there are no models"
        .formatted(detector.detector());
  }

  private @Nullable String misfit(ModelUpdate model) {
    try {
      FeatureSchema schema = detector.schema();
      FeatureSchema features = LoadedModel.of(model).model().schema();
      return NewFeatures.extend(schema, features)
          ? null
          : "model %s must have the job's features %s, had %s"
              .formatted(model.modelVersion(), schema.features(), features.features());
    } catch (ModelFormatException e) {
      return "model " + model.modelVersion() + " is damaged: " + e.getMessage();
    }
  }

  private void remember(ControlCommand command) {
    ids.add(command.id());
    if (ids.size() > REMEMBERED_IDS) {
      ids.remove(ids.iterator().next());
    }
    admitted.put(command.id(), command.promoting(null));
    List<String> aboutModels =
        admitted.values().stream().filter(c -> c.group() != null).map(ControlCommand::id).toList();
    if (aboutModels.size() > REMEMBERED_MODEL_COMMANDS) {
      admitted.remove(aboutModels.get(0));
    }
  }
}
