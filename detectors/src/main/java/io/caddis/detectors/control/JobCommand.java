// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.control;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A command to a running job, as whoever gave it wrote it.
 *
 * @param id the same id is the same command, however often it comes
 * @param type one of {@link CommandJson#types}
 * @param sensors pattern of the sensors it is about, {@code *} when none was given
 * @param group whose model it is about, null when none was given
 * @param threshold to set, 0 to 1; NaN for other commands
 * @param from event time from which on it holds, null when none was given
 * @param to end of that time, exclusive; null when it has none
 * @param target id of the command to undo, null for other commands
 * @param model name in the job's registry of the model to promote or to put on trial, null when
 *     none is
 * @param version of that model, or of one that the job has trained; null when none was given
 * @param span of the readings that it says something of, null for other commands
 * @param share of the sensors for which the model is to score first, above 0, at most 1; 0 when
 *     none was given
 * @param feature pattern of the features that are dropped or added, null for other commands
 */
public record JobCommand(
    String id,
    String type,
    String sensors,
    @Nullable String group,
    double threshold,
    @Nullable Instant from,
    @Nullable Instant to,
    @Nullable String target,
    @Nullable String model,
    @Nullable String version,
    @Nullable Span span,
    double share,
    @Nullable String feature) {

  /**
   * Readings of which somebody says what they are.
   *
   * @param from first event time
   * @param to end of the event times, exclusive
   * @param normal whether they are normal
   */
  public record Span(Instant from, Instant to, boolean normal) {}

  /** The version of the model, or the alias that stands for it when none was given. */
  public String versionOrAlias() {
    if (version != null) {
      return version;
    }
    return type.equals("challenge") ? "challenger" : "champion";
  }
}
