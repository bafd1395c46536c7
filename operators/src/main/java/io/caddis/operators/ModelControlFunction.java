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
 * not do well under {@link ModelGuard}'s watch is taken back for the one before it.
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

  private transient MapState<Long, List<ModelUpdate>> models;
  private transient MapState<Long, List<ControlCommand>> commands;
  private transient ValueState<ModelChoice> choice;
  private transient IdleExpiry idle;
  private transient ModelGuard guard;
  private transient ModelTrial trial;

  /**
   * @param promotion whether and how a model is watched once it is in force
   * @param ttlMillis event time after which a group is forgotten that had neither a model nor a
   *     command nor readings to judge models by, and for which no command has chosen, milliseconds
   */
  public ModelControlFunction(PromotionPlan promotion, long ttlMillis) {
    this.promotion = promotion;
    this.ttlMillis = ttlMillis;
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
    if (idle.expired(timestamp)) {
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
    List<ModelUpdate> trained = models.get(timestamp);
    List<ControlCommand> given = commands.get(timestamp);
    ModelUpdate scoring = now.current();
    TrainingSample sample = guard.take(timestamp + 1);
    if (sample != null) {
      idle.touch(timestamp, context.timerService());
    }
    ModelUpdate breach = guard.breach(context.getCurrentKey(), now, sample, timestamp + 1);
    Challenge won = breach != null ? null : trial.won(scoring, sample, timestamp + 1);
    if (trained == null && given == null && breach == null && won == null) {
      return;
    }
    models.remove(timestamp);
    commands.remove(timestamp);
    if (breach != null) {
      context.output(SideOutputs.MODEL_VERDICTS, breach);
      now = now.rolledBack().settled();
    }
    if (trained != null) {
      for (ModelUpdate update : trained) {
        now = now.withTrained(update);
      }
    }
    if (won != null) {
      now = now.with(new ModelChoice.Pin(won.command(), won.model()));
    }
    // What a model and a command bring at the same time, or two commands, is one change.
    ModelChoice settled = given == null ? now.settled() : obeyed(now, given, context).settled();
    ModelUpdate inForce = settled.current();
    if (inForce != null && (breach != null || !ModelChoice.same(inForce, scoring))) {
      boolean watches =
          scoring != null
              && !ModelChoice.same(inForce, now.current())
              && isNew(settled, trained, won, given);
      String group = context.getCurrentKey();
      ModelUpdate reinstated = guard.begin(group, inForce, timestamp + 1, watches);
      if (reinstated != null) {
        context.output(SideOutputs.MODEL_VERDICTS, reinstated);
      }
      out.collect(inForce.inForce(group, timestamp + 1, guard.lastRolledBack()));
    }
    endWhenInForce(inForce, context);
    choice.update(settled);
    if (timestamp + 1 > ControlCommand.FIRST) {
      idle.touch(timestamp, context.timerService());
    }
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
      acknowledge(command, context, refusal(choice, command));
      return true;
    }
    long from = context.timestamp() + 1;
    trial.begin(command.id(), model, from);
    context.output(SideOutputs.CHALLENGERS, model.inForce(context.getCurrentKey(), from, null));
    acknowledge(command, context, null);
    return true;
  }

  /**
   * Whether the model in force has been trained, has won or is promoted now, or is gone back to.
   */
  private static boolean isNew(
      ModelChoice choice,
      @Nullable List<ModelUpdate> trained,
      @Nullable Challenge won,
      @Nullable List<ControlCommand> given) {
    ModelChoice.Pin pin = choice.pin();
    if (pin == null) {
      return trained != null
          && trained.stream().anyMatch(model -> ModelChoice.same(model, choice.current()));
    }
    return (won != null && won.command().equals(pin.command()))
        || (given != null
            && given.stream()
                .filter(command -> command.type() == ControlType.PROMOTE)
                .anyMatch(command -> command.id().equals(pin.command())));
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
      ModelChoice next = obeyed(now, command);
      if (next != null) {
        now = next;
        acknowledge(command, context, null);
      } else {
        acknowledge(command, context, refusal(now, command));
      }
    }
    return now;
  }

  /** The choice after a command; null when it cannot be obeyed. */
  private static @Nullable ModelChoice obeyed(ModelChoice choice, ControlCommand command) {
    String target = command.target();
    if (target != null) {
      return choice.without(target);
    }
    if (command.type() == ControlType.UNPIN) {
      return choice.with(new ModelChoice.Pin(command.id(), null));
    }
    ModelUpdate model = command.model();
    if (model == null) {
      String version = command.version();
      model = version == null ? choice.previous() : choice.version(version);
    }
    return model == null ? null : choice.with(new ModelChoice.Pin(command.id(), model));
  }

  private static String refusal(ModelChoice choice, ControlCommand command) {
    if (command.target() != null) {
      return "command '%s' is no longer among the last that can be undone"
          .formatted(command.target());
    }
    return command.type() == ControlType.ROLLBACK
        ? "there is no model before the one in force"
        : "version must be one of the last trained %s, was '%s'"
            .formatted(
                choice.trained().stream().map(ModelUpdate::modelVersion).toList(),
                command.version());
  }

  private void acknowledge(
      ControlCommand command, OnTimerContext context, @Nullable String refusal) {
    int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    context.output(
        SideOutputs.ACKNOWLEDGEMENTS, Acknowledgement.of(command, OPERATOR, subtask, 1, refusal));
  }
}
