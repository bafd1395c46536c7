// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.sample.SampledRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What commands say of readings at the time of a training; of two about one the later one wins. */
final class Labels {
  private final List<ControlCommand> holding;
  private final Map<String, List<ControlCommand>> bySensor = new HashMap<>();

  /**
   * @param commands that label, and those that undo them
   * @param time end of the training window
   */
  Labels(Collection<ControlCommand> commands, long time) {
    Map<String, Long> undone = ControlRules.undone(commands);
    holding =
        commands.stream()
            .filter(command -> command.span() != null && command.from() <= time)
            .filter(command -> time < undone.getOrDefault(command.id(), Long.MAX_VALUE))
            .sorted(ControlRules.ORDER)
            .toList();
  }

  /** The sample with what is said of its rows. */
  TrainingSample on(TrainingSample sample) {
    if (holding.isEmpty()) {
      return sample;
    }
    List<SampledRow> rows = new ArrayList<>(sample.rows().size());
    for (SampledRow row : sample.rows()) {
      // With a model a sensor, the group is the sensor.
      String sensor = row.sensor() == null ? sample.group() : row.sensor();
      rows.add(row.labelled(label(sensor, row.timestamp())));
    }
    return new TrainingSample(
        sample.group(), sample.from(), sample.to(), sample.seen(), rows, sample.command());
  }

  private @Nullable Boolean label(String sensor, long timestamp) {
    Boolean label = null;
    for (ControlCommand command : bySensor.computeIfAbsent(sensor, this::about)) {
      ControlCommand.Span span = command.span();
      if (span != null && span.from() <= timestamp && timestamp < span.to()) {
        label = span.normal();
      }
    }
    return label;
  }

  private List<ControlCommand> about(String sensor) {
    return holding.stream()
        .filter(command -> new NamePattern(command.sensors()).matches(sensor))
        .toList();
  }
}
