// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Decides which model of a group is in force: the newest trained, unless a command has chosen
 * another. Keyed by group; what comes out are the models in force, each with the event time from
 * which on it scores.
 *
 * <p>Models and commands take effect in the order of event time, each when the watermark is just
 * before it, so the result does not depend on which came first. A chosen model stays in force until
 * a command says otherwise; models trained meanwhile are kept, the latest few. A model that does
 * not do well under {@link ModelGuard}'s watch is taken back for the one before it. While it is
 * watched it may be a canary, which scores a share of the sensors.
 */
public final class ModelControlFunction
    extends KeyedCoProcessFunction<String, ModelUpdate, ModelInput, ModelUpdate> {
  private static final String OPERATOR = "model-control";

  private static final MapStateDescriptor<Long, List<ModelUpdate>> MODELS =
      new MapStateDescriptor<>(
          "waiting-models", Types.LONG, Types.LIST(TypeInformation.of(ModelUpdate.class)));
  private static final MapStateDescriptor<Long, List<ControlCommand>> COMMANDS =
      new MapStateDescriptor<>(
          "waiting-commands", Types.LONG, Types.LIST(TypeInformation.of(ControlCommand.class)));
  private static final ValueStateDescriptor<ModelChoice> CHOICE =
      new ValueStateDescriptor<>("model-choice", TypeInformation.of(ModelChoice.class));

  private final PromotionPlan promotion;
  private final long ttlMillis;
  private final boolean forgets;

  private transient MapState<Long, List<ModelUpdate>> models;
  private transient MapState<Long, List<ControlCommand>> commands;
  private transient ValueState<ModelChoice> choice;
  private transient IdleExpiry idle;
  private transient ModelGuard guard;
  private transient ModelTrial trial;

  /**
   * @param promotion whether and how a model is watched once it is in force
   * @param ttlMillis event time after which a group is forgotten that had neither a model nor a
   *     command nor readings to judge models by, and for which no command has chosen, milliseconds;
   *     longer than a watch
   * @param forgets whether groups are forgotten at all, because the scorers forget them, too: those
   *     that are sensors. Of others a model is in force however long none is trained
   */
  public ModelControlFunction(PromotionPlan promotion, long ttlMillis, boolean forgets) {
    this.promotion = promotion;
    this.ttlMillis = Math.max(ttlMillis, 2 * promotion.watchMillis());
    this.forgets = forgets;
  }

  @Override
  public void open(OpenContext context) {
    models = getRuntimeContext().getMapState(MODELS);
    commands = getRuntimeContext().getMapState(COMMANDS);
    choice = getRuntimeContext().getState(CHOICE);
    idle = new IdleExpiry(getRuntimeContext(), ttlMillis);
    guard = new ModelGuard(getRuntimeContext(), promotion, ttlMillis);
    trial = new ModelTrial(getRuntimeContext(), promotion);
  }

  @Override
  public void processElement1(ModelUpdate update, Context context, Collector<ModelUpdate> out)
      throws Exception {
    add(models, update, update.scoresFrom(), context.timerService());
  }

  @Override
  public void processElement2(ModelInput input, Context context, Collector<ModelUpdate> out)
      throws Exception {
    ControlCommand command = input.command();
    TrainingSample part = input.watched();
    if (command != null) {
      add(commands, command, command.from(), context.timerService());
    } else if (part != null) {
      guard.add(part, context.timerService());
    }
  }

  private static <T> void add(
      MapState<Long, List<T>> waiting, T one, long from, TimerService timers) throws Exception {
    List<T> sameTime = waiting.get(from - 1);
    List<T> all = sameTime == null ? new ArrayList<>() : new ArrayList<>(sameTime);
    all.add(one);
    waiting.put(from - 1, all);
    timers.registerEventTimeTimer(from - 1);
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ModelUpdate> out)
      throws Exception {
    ModelChoice before = choice.value();
    ModelChoice now = before == null ? ModelChoice.NONE : before;
    if (idle.expired(timestamp) && forgets) {
      // A choice by command stays, but what it chose is to be sent again: the scorer of an idle
      // sensor has forgotten its models. The next model or command sets the deadline anew.
      now = now.forgotten();
      guard.forget();
      if (now.pins().isEmpty()) {
        choice.clear();
      } else {
        choice.update(now);
      }
    }
    long time = timestamp + 1;
    String group = context.getCurrentKey();
    List<ModelUpdate> trained = arrived(timestamp, context.timerService());
    List<ControlCommand> given = commands.get(timestamp);
    ModelUpdate scoring = now.current();
    TrainingSample sample = guard.take(time);
    if (sample != null) {
      idle.touch(timestamp, context.timerService());
    }
    ModelUpdate word = guard.verdict(group, now, sample, time);
    Challenge better = trial.won(scoring, sample, time);
    Challenge won = word != null || guard.watchesCanary() ? null : better;
    if (trained.isEmpty() && given == null && word == null && won == null) {
      return;
    }
    commands.remove(timestamp);
    if (word != null) {
      context.output(SideOutputs.MODEL_VERDICTS, word);
      now = isRollback(word) ? now.rolledBack().settled() : now;
    }
    for (ModelUpdate update : trained) {
      now = now.withTrained(update);
    }
    if (won != null) {
      now = now.with(new ModelChoice.Pin(won.command(), won.model()));
    }
    // What a model and a command bring at the same time, or two commands, is one change.
    ModelChoice settled = given == null ? now.settled() : obeyed(now, given, context).settled();
    ModelUpdate inForce = settled.current();
    boolean changed = !ModelChoice.same(inForce, scoring);
    ControlCommand promoted = promoted(settled, given);
    boolean widened = !changed && promoted != null && guard.watchesCanary();
    if (inForce != null && (changed || widened || word != null)) {
      if (changed && scoring != null && guard.watchesCanary()) {
        String reason = "a command has put another model in force";
        context.output(SideOutputs.MODEL_VERDICTS, guard.takenBack(group, scoring, reason, time));
      }
      boolean isNew = promoted != null || isNew(settled, trained, won);
      boolean watches =
          widened || (scoring != null && !ModelChoice.same(inForce, now.current()) && isNew);
      ModelUpdate scores =
          inForce
              .inForce(group, time, guard.lastRolledBack())
              .forShare(watches ? share(promoted, widened) : 1);
      ModelUpdate told = guard.begin(scores, watches, context.timerService());
      if (told != null) {
        context.output(SideOutputs.MODEL_VERDICTS, told);
      }
      out.collect(scores);
    }
    endWhenInForce(inForce, context);
    choice.update(settled);
    if (time > ControlCommand.FIRST) {
      idle.touch(timestamp, context.timerService());
    }
  }

  /**
   * The models trained that come into force at a timer. Those of the time of a canary come once it
   * has been decided about it: the sensors that it leaves out need a model to stay with.
   */
  private List<ModelUpdate> arrived(long timestamp, TimerService timers) throws Exception {
    List<ModelUpdate> trained = models.get(timestamp);
    if (trained == null) {
      return List.of();
    }
    models.remove(timestamp);
    if (!guard.watchesCanary()) {
      return trained;
    }
    for (ModelUpdate update : trained) {
      add(models, update, guard.watchEnd() + 1, timers);
    }
    return List.of();
  }

  private static boolean isRollback(ModelUpdate word) {
    return word.verdict() != null && word.verdict().decision() == ModelVerdict.Decision.ROLLED_BACK;
  }

  /** The share of the sensors that a model scores first which comes under watch. */
  private double share(@Nullable ControlCommand promoted, boolean widened) {
    if (promoted != null && promoted.share() > 0) {
      return promoted.share();
    }
    return widened ? 1 : promotion.canary();
  }

  /** A challenger that scores is none. */
  private void endWhenInForce(@Nullable ModelUpdate inForce, OnTimerContext context)
      throws Exception {
    Challenge challenge = trial.challenge();
    if (challenge != null && ModelChoice.same(challenge.model(), inForce)) {
      end(challenge, context);
    }
  }

  private void end(Challenge challenge, OnTimerContext context) throws Exception {
    trial.end();
    long time = context.timestamp() + 1;
    context.output(
        SideOutputs.CHALLENGERS,
        challenge
            .model()
            .inForce(context.getCurrentKey(), time, null)
            .judged(new ModelVerdict(ModelVerdict.Decision.ENDED, "its trial has ended", time)));
  }

  /** Puts a challenger on trial or ends its trial; whether the command is about that. */
  private boolean isAboutTrial(ModelChoice choice, ControlCommand command, OnTimerContext context)
      throws Exception {
    Challenge known = trial.challenge();
    if (known != null && known.command().equals(command.target())) {
      end(known, context);
      acknowledge(command, context, null);
      return true;
    }
    if (command.type() != ControlType.CHALLENGE) {
      return false;
    }
    ModelUpdate model = command.model();
    if (model == null) {
      model = choice.version(String.valueOf(command.version()));
    }
    if (model == null) {
      acknowledge(command, context, choice.refusal(command, false));
      return true;
    }
    long from = context.timestamp() + 1;
    trial.begin(command.id(), model, from);
    context.output(SideOutputs.CHALLENGERS, model.inForce(context.getCurrentKey(), from, null));
    acknowledge(command, context, null);
    return true;
  }

  /** The command given now that has put the model in force there; null when none has. */
  private static @Nullable ControlCommand promoted(
      ModelChoice choice, @Nullable List<ControlCommand> given) {
    ModelChoice.Pin pin = choice.pin();
    return pin == null || given == null
        ? null
        : given.stream()
            .filter(command -> command.type() == ControlType.PROMOTE)
            .filter(command -> command.id().equals(pin.command()))
            .findFirst()
            .orElse(null);
  }

  /** Whether the model in force has been trained or has won now, or is gone back to. */
  private static boolean isNew(
      ModelChoice choice, List<ModelUpdate> trained, @Nullable Challenge won) {
    ModelChoice.Pin pin = choice.pin();
    return pin == null
        ? trained.stream().anyMatch(model -> ModelChoice.same(model, choice.current()))
        : won != null && won.command().equals(pin.command());
  }

  private ModelChoice obeyed(ModelChoice choice, List<ControlCommand> given, OnTimerContext context)
      throws Exception {
    List<ControlCommand> inOrder = new ArrayList<>(given);
    // What is undone at its own time has to be there first.
    inOrder.sort(
        Comparator.comparing((ControlCommand command) -> command.target() != null)
            .thenComparing(ControlCommand::file)
            .thenComparing(ControlCommand::id));
    ModelChoice now = choice.settled();
    for (ControlCommand command : inOrder) {
      if (isAboutTrial(now, command, context)) {
        continue;
      }
      String refusal = now.refusal(command, guard.watchesCanary());
      if (refusal == null) {
        now = now.obeying(command);
      }
      acknowledge(command, context, refusal);
    }
    return now;
  }

  private void acknowledge(
      ControlCommand command, OnTimerContext context, @Nullable String refusal) {
    int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    context.output(
        SideOutputs.ACKNOWLEDGEMENTS, Acknowledgement.of(command, OPERATOR, subtask, 1, refusal));
  }
}
