// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The models of a group among which commands choose, and the choice. Immutable.
 *
 * @param trained the newest models trained, oldest first
 * @param pins what commands have chosen, the one that holds last; when there is none, or the last
 *     has no model, the newest model trained scores
 * @param current the model in force, null before the first
 * @param previous the one that was in force before it, null when there was none
 */
public record ModelChoice(
    List<ModelUpdate> trained,
    List<Pin> pins,
    @Nullable ModelUpdate current,
    @Nullable ModelUpdate previous) {

  static final ModelChoice NONE = new ModelChoice(List.of(), List.of(), null, null);

  private static final int TRAINED_KEPT = 4;
  private static final int PINS_KEPT = 8;

  /**
   * A choice by command.
   *
   * @param command its id
   * @param model the one to score, null for the newest trained
   */
  public record Pin(String command, @Nullable ModelUpdate model) {}

  /** The choice once one more model has been trained. */
  ModelChoice withTrained(ModelUpdate update) {
    List<ModelUpdate> models = new ArrayList<>(trained);
    ModelUpdate kept = update;
    for (ModelUpdate rival : trained) {
      if (rival.trainTo() == update.trainTo()) {
        models.remove(rival);
        kept = kept.merge(rival);
      }
    }
    models.add(kept);
    models.sort(Comparator.comparingLong(ModelUpdate::trainTo));
    return new ModelChoice(last(models, TRAINED_KEPT), pins, current, previous);
  }

  /** The choice once a command has made its own; the oldest of many can no longer be undone. */
  ModelChoice with(Pin pin) {
    List<Pin> all = new ArrayList<>(pins);
    all.add(pin);
    return new ModelChoice(trained, last(all, PINS_KEPT), current, previous);
  }

  /** The choice after a command that is not refused. */
  ModelChoice obeying(ControlCommand command) {
    String target = command.target();
    if (target != null) {
      return new ModelChoice(
          trained,
          pins.stream().filter(pin -> !pin.command().equals(target)).toList(),
          current,
          previous);
    }
    return with(new Pin(command.id(), wanted(command)));
  }

  /**
   * Why a command cannot be obeyed, null when it can.
   *
   * @param canary whether the model in force scores a share of the sensors
   */
  @Nullable String refusal(ControlCommand command, boolean canary) {
    String target = command.target();
    if (target != null) {
      return pins.stream().anyMatch(pin -> pin.command().equals(target))
          ? null
          : "command '%s' is no longer among the last that can be undone".formatted(target);
    }
    ModelUpdate wanted = wanted(command);
    if (command.type() == ControlType.ROLLBACK && wanted == null) {
      return "there is no model before the one in force";
    }
    if (command.type() != ControlType.UNPIN && wanted == null) {
      return "version must be one of the last trained %s, was '%s'"
          .formatted(trained.stream().map(ModelUpdate::modelVersion).toList(), command.version());
    }
    if (command.share() == 0) {
      return null;
    }
    if (current == null) {
      return "share must not be given while no model is in force that the other sensors could keep";
    }
    return !canary && same(wanted, current)
        ? "share must not be given of the model that is in force for all sensors"
        : null;
  }

  /** The model that a command is to put in force; null when it is not known or there is none. */
  private @Nullable ModelUpdate wanted(ControlCommand command) {
    if (command.type() == ControlType.ROLLBACK) {
      return previous;
    }
    String version = command.version();
    return version == null ? command.model() : version(version);
  }

  /** The choice by command that holds, null when the newest model trained is to score. */
  @Nullable Pin pin() {
    Pin last = pins.isEmpty() ? null : pins.get(pins.size() - 1);
    return last == null || last.model() == null ? null : last;
  }

  /** What should score: as chosen, or as before when what was chosen is not there yet. */
  @Nullable ModelUpdate chosen() {
    Pin pin = pin();
    if (pin != null) {
      return pin.model();
    }
    return trained.isEmpty() ? current : trained.get(trained.size() - 1);
  }

  /**
   * The choice without the model in force, whoever had chosen it: the one before it scores, until a
   * newer one is trained or a command says otherwise.
   */
  ModelChoice rolledBack() {
    List<ModelUpdate> others = new ArrayList<>();
    for (ModelUpdate model : trained) {
      if (!same(model, current)) {
        others.add(model);
      }
    }
    List<Pin> before =
        pins.stream().filter(pin -> pin.model() == null || !same(pin.model(), current)).toList();
    boolean byCommand = !before.isEmpty() && before.get(before.size() - 1).model() != null;
    int known = byCommand ? -1 : indexOf(others, previous);
    ModelChoice rest =
        new ModelChoice(
            known < 0 ? others : List.copyOf(others.subList(0, known + 1)),
            before,
            current,
            previous);
    return same(rest.chosen(), previous) ? rest : rest.with(new Pin("rollback", previous));
  }

  private static int indexOf(List<ModelUpdate> models, @Nullable ModelUpdate wanted) {
    for (int i = 0; i < models.size(); i++) {
      if (same(models.get(i), wanted)) {
        return i;
      }
    }
    return -1;
  }

  /** The choice of a group whose models in force have been forgotten. */
  ModelChoice forgotten() {
    if (pins.isEmpty()) {
      return NONE;
    }
    ModelChoice forgotten = new ModelChoice(trained, pins, null, previous);
    return forgotten.chosen() == null ? this : forgotten;
  }

  /** The choice when what is chosen has come into force. */
  ModelChoice settled() {
    ModelUpdate chosen = chosen();
    return same(chosen, current)
        ? this
        : new ModelChoice(trained, pins, chosen, current == null ? previous : current);
  }

  /** The model of a version, or of the only one that begins so; null when there is none. */
  @Nullable ModelUpdate version(String version) {
    List<ModelUpdate> known = new ArrayList<>(trained);
    pins.stream().map(Pin::model).filter(Objects::nonNull).forEach(known::add);
    known.removeIf(model -> !model.modelVersion().startsWith(version));
    return known.stream().map(ModelUpdate::sha256).distinct().count() == 1 ? known.get(0) : null;
  }

  static boolean same(@Nullable ModelUpdate left, @Nullable ModelUpdate right) {
    return left == null || right == null
        ? left == right
        : left.sha256().equals(right.sha256()) && left.modelVersion().equals(right.modelVersion());
  }

  private static <T> List<T> last(List<T> all, int count) {
    return List.copyOf(all.subList(Math.max(0, all.size() - count), all.size()));
  }
}
