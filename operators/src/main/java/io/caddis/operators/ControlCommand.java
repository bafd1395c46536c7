// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import org.jspecify.annotations.Nullable;

/**
 * A command to a running job.
 *
 * @param id the same id is the same command, however often it comes
 * @param file name of the file it stood in; of commands that take effect at the same time, the one
 *     with the last name wins
 * @param type what to do
 * @param sensors pattern of the sensors it is about, see {@link NamePattern}
 * @param group whose model it is about, null when not given or not about a model
 * @param threshold to set, 0 to 1; NaN for other commands
 * @param from event time from which on it holds, epoch milliseconds; {@link #NOT_GIVEN}
 * @param to end of that time, exclusive; {@link #WITHOUT_END}
 * @param target id of the command to undo, null for other commands
 * @param version of a model that the job itself has trained, to promote; null otherwise
 * @param model to promote, out of a registry; null otherwise
 * @param span of the readings that a command about training is about; null otherwise
 * @param share of the sensors for which a promoted model is to score first, at most 1; 0 = as the
 *     job is configured
 * @param feature pattern of the features that are dropped or added, as {@code sensors}; null for
 *     other commands
 */
public record ControlCommand(
    String id,
    String file,
    ControlType type,
    String sensors,
    @Nullable String group,
    double threshold,
    long from,
    long to,
    @Nullable String target,
    @Nullable String version,
    @Nullable ModelUpdate model,
    @Nullable Span span,
    double share,
    @Nullable String feature) {

  /**
   * Readings of which somebody says what they are.
   *
   * @param from first event time, epoch milliseconds
   * @param to end of the event times, exclusive
   * @param normal whether they are normal
   */
  public record Span(long from, long to, boolean normal) {}

  /** The beginning of a command that says nothing about it. */
  public static final long NOT_GIVEN = Long.MIN_VALUE;

  /** Before every reading, and far enough from the end of the numbers to be calculated with. */
  public static final long FIRST = -(1L << 61);

  /** The end of a command that holds until another one comes. */
  public static final long WITHOUT_END = Long.MAX_VALUE;

  /** The same command with its beginning and its group decided. */
  ControlCommand admitted(long decidedFrom, @Nullable String decidedGroup) {
    return new ControlCommand(
        id,
        file,
        type,
        sensors,
        decidedGroup,
        threshold,
        decidedFrom,
        to,
        target,
        version,
        model,
        span,
        share,
        feature);
  }

  /** The same command with the model that it promotes, null once that has been handed on. */
  public ControlCommand promoting(@Nullable ModelUpdate promoted) {
    return new ControlCommand(
        id, file, type, sensors, group, threshold, from, to, target, version, promoted, span, share,
        feature);
  }
}
