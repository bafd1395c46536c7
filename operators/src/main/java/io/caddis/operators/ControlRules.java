// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.event.Ruling;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.jspecify.annotations.Nullable;

/**
 * What a set of commands says about readings. The order in which the commands came does not matter:
 * they are taken in the order of the times from which they hold, then of their files' names, and of
 * two about the same thing the later one wins.
 */
final class ControlRules {
  private static final int REMEMBERED_SENSORS = 100_000;

  /** Event time for which a command that has ended is held for late readings. */
  private static final long KEPT_MILLIS = 86_400_000;

  static final Comparator<ControlCommand> ORDER =
      Comparator.comparingLong(ControlCommand::from)
          .thenComparing(ControlCommand::file)
          .thenComparing(ControlCommand::id);

  private record Rule(ControlCommand command, long end) {
    boolean holdsAt(long timestamp) {
      return command.from() <= timestamp && timestamp < end;
    }
  }

  private final List<Rule> rulings;
  private final List<Rule> aboutFeatures;
  private final Map<String, Rule[]> bySensor = new HashMap<>();

  ControlRules(Collection<ControlCommand> commands) {
    Map<String, Long> undone = undone(commands);
    Map<Boolean, List<Rule>> rules =
        commands.stream()
            .filter(command -> command.target() == null)
            .sorted(ORDER)
            .map(c -> new Rule(c, Math.min(c.to(), undone.getOrDefault(c.id(), c.to()))))
            .collect(Collectors.partitioningBy(rule -> rule.command().type().aboutFeatures()));
    rulings = rules.getOrDefault(false, List.of());
    aboutFeatures = rules.getOrDefault(true, List.of());
  }

  /** All commands of a broadcast state. */
  static List<ControlCommand> held(ReadOnlyBroadcastState<String, ControlCommand> commands)
      throws Exception {
    List<ControlCommand> all = new ArrayList<>();
    for (Map.Entry<String, ControlCommand> entry : commands.immutableEntries()) {
      all.add(entry.getValue());
    }
    return all;
  }

  /** Adds a command to a broadcast state, and drops those that have ended long ago. */
  static void hold(
      ControlCommand command, BroadcastState<String, ControlCommand> commands, long watermark)
      throws Exception {
    commands.put(command.id(), command);
    for (String ended : ended(held(commands), longBefore(watermark))) {
      commands.remove(ended);
    }
  }

  /** When each command that is undone ends, by its id. */
  static Map<String, Long> undone(Collection<ControlCommand> commands) {
    Map<String, Long> undone = new HashMap<>();
    for (ControlCommand command : commands) {
      String target = command.target();
      if (target != null) {
        undone.merge(target, command.from(), Math::min);
      }
    }
    return undone;
  }

  /** The time before which a command must have ended to be forgotten at a watermark. */
  static long longBefore(long watermark) {
    return Math.max(watermark, ControlCommand.FIRST) - KEPT_MILLIS;
  }

  /**
   * Ids of the commands that had ended at a time, with those that undid them: no reading after it
   * needs them.
   */
  static Set<String> ended(Collection<ControlCommand> commands, long time) {
    Map<String, Long> undone = undone(commands);
    Set<String> ended = new HashSet<>();
    for (ControlCommand command : commands) {
      long end = Math.min(command.to(), undone.getOrDefault(command.id(), command.to()));
      if (command.target() == null && end <= time) {
        ended.add(command.id());
      }
    }
    for (ControlCommand command : commands) {
      if (command.target() != null && ended.contains(command.target())) {
        ended.add(command.id());
      }
    }
    return ended;
  }

  /** The ruling on a sensor's reading of a time; null when no command is about it. */
  @Nullable Ruling ruling(String sensor, long timestamp) {
    double threshold = Double.NaN;
    String setBy = null;
    boolean muted = false;
    boolean maintenance = false;
    for (Rule rule : rulingsOn(sensor)) {
      if (rule.holdsAt(timestamp)) {
        switch (rule.command().type()) {
          case SET_THRESHOLD -> {
            threshold = rule.command().threshold();
            setBy = rule.command().id();
          }
          case RESET_THRESHOLD -> {
            threshold = Double.NaN;
            setBy = null;
          }
          case MUTE -> muted = true;
          case UNMUTE -> muted = false;
          case MAINTENANCE -> maintenance = true;
          default ->
              throw new IllegalStateException(
                  "a rule must be about readings, was " + rule.command().type());
        }
      }
    }
    boolean quiet = muted || maintenance;
    return setBy == null && !quiet ? null : new Ruling(threshold, setBy, quiet);
  }

  /** Which features a sensor's reading of a time is not to have; null when it may have all. */
  @Nullable Predicate<String> dropped(String sensor, long timestamp) {
    if (aboutFeatures.isEmpty()) {
      return null;
    }
    List<ControlCommand> held =
        aboutFeatures.stream()
            .filter(rule -> rule.holdsAt(timestamp))
            .map(Rule::command)
            .filter(command -> new NamePattern(command.sensors()).matches(sensor))
            .toList();
    return held.isEmpty() ? null : feature -> dropped(held, feature);
  }

  private static boolean dropped(List<ControlCommand> held, String feature) {
    boolean dropped = false;
    for (ControlCommand command : held) {
      String pattern = command.feature();
      if (pattern != null && new NamePattern(pattern).matches(feature)) {
        dropped = command.type() == ControlType.DROP_FEATURE;
      }
    }
    return dropped;
  }

  private Rule[] rulingsOn(String sensor) {
    Rule[] known = bySensor.get(sensor);
    if (known == null) {
      if (bySensor.size() >= REMEMBERED_SENSORS) {
        bySensor.clear();
      }
      known =
          rulings.stream()
              .filter(rule -> new NamePattern(rule.command().sensors()).matches(sensor))
              .toArray(Rule[]::new);
      bySensor.put(sensor, known);
    }
    return known;
  }
}
