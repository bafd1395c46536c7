// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.control;

import io.caddis.detectors.control.CommandJson;
import io.caddis.detectors.control.JobCommand;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelFormatException;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.registry.RegisteredModel;
import io.caddis.jobs.registry.Registries;
import io.caddis.operators.ControlCommand;
import io.caddis.operators.ControlType;
import io.caddis.operators.ModelUpdate;
import io.caddis.operators.SideOutputs;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Makes commands of files, with the models that they promote. What is no command becomes a dead
 * letter, never a failure.
 */
final class CommandParser extends ProcessFunction<CommandText, ControlCommand> {
  private final @Nullable String registry;
  private final int deadLetterBytes;

  /**
   * @param registry directory of the models that commands may promote, null when there is none
   * @param deadLetterBytes most bytes of a refused file that are kept
   */
  CommandParser(@Nullable String registry, int deadLetterBytes) {
    this.registry = registry;
    this.deadLetterBytes = deadLetterBytes;
  }

  @Override
  public void processElement(CommandText text, Context context, Collector<ControlCommand> out) {
    ControlCommand command;
    try {
      if (text.problem() != null) {
        throw new IllegalArgumentException(text.problem());
      }
      command = command(text);
    } catch (IllegalArgumentException | ModelFormatException | IOException e) {
      context.output(SideOutputs.DEAD_LETTERS, rejection(text, String.valueOf(e.getMessage())));
      return;
    } catch (RuntimeException e) {
      // Such as a description of a model that lacks its parts: after a restart it would come again.
      context.output(SideOutputs.DEAD_LETTERS, rejection(text, e.toString()));
      return;
    }
    out.collect(command);
  }

  private ControlCommand command(CommandText text) throws IOException {
    JobCommand given = CommandJson.parse(text.content());
    ControlCommand command = toControl(given, text.file());
    String model = given.model();
    if (model == null) {
      return command;
    }
    if (registry == null) {
      throw new IllegalArgumentException(
          "model must be in a registry, and the job has none: set control.registry");
    }
    ModelRegistry models = Registries.open(registry);
    return command.promoting(update(models.load(model, given.versionOrAlias())));
  }

  /** The command but for the model out of a registry that it promotes. */
  static ControlCommand toControl(JobCommand given, String file) {
    Instant from = given.from();
    Instant to = given.to();
    return new ControlCommand(
        given.id(),
        file,
        ControlType.valueOf(given.type().toUpperCase(Locale.ROOT)),
        given.sensors(),
        given.group(),
        given.threshold(),
        from == null ? ControlCommand.NOT_GIVEN : from.toEpochMilli(),
        to == null ? ControlCommand.WITHOUT_END : to.toEpochMilli(),
        given.target(),
        given.model() == null ? given.version() : null,
        null,
        span(given.span()),
        given.share(),
        given.feature());
  }

  private static ControlCommand.@Nullable Span span(JobCommand.@Nullable Span given) {
    return given == null
        ? null
        : new ControlCommand.Span(
            given.from().toEpochMilli(), given.to().toEpochMilli(), given.normal());
  }

  private static ModelUpdate update(RegisteredModel registered) {
    ModelMetadata metadata = registered.metadata();
    Model model = registered.model();
    if (model.sensors() != null) {
      throw new IllegalArgumentException(
          "model must score each row by itself, was of %s, which learns by reading: a job has its"
                  .formatted(model.detector())
              + " own");
    }
    return new ModelUpdate(
        "",
        metadata.version(),
        metadata.algorithm(),
        millis(metadata.training().from()),
        millis(metadata.training().to()),
        metadata.training().rows(),
        model.rows(),
        metadata.threshold().rule(),
        null,
        null,
        metadata.sha256(),
        ModelCodec.encode(model),
        0,
        null,
        null,
        null,
        1);
  }

  private static long millis(@Nullable Instant time) {
    return time == null ? 0 : time.toEpochMilli();
  }

  private Rejection rejection(CommandText text, String why) {
    byte[] raw = text.content();
    return new Rejection(
        RejectionReason.INVALID_COMMAND,
        why,
        text.file(),
        0,
        0,
        raw.length,
        Arrays.copyOf(raw, Math.min(raw.length, deadLetterBytes)),
        null,
        false);
  }
}
