// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

/**
 * A model whose alerts are to be retracted.
 *
 * @param from event time from which on it scored, epoch milliseconds
 * @param at event time from which on the one before it scores again
 * @param until event time from which on its alerts count again, because a command wants them;
 *     {@link Long#MAX_VALUE} = never
 * @param reason why it was taken back
 */
public record RolledBackModel(long from, long at, long until, String reason) {
  /** The model once a command has put it in force again. */
  RolledBackModel reinstated(long time) {
    return new RolledBackModel(from, at, time, reason);
  }

  /**
   * Whether an alert of the model is to be retracted.
   *
   * @param start event time of its first reading
   * @param now event time up to which everything is known, exclusive
   */
  boolean retracts(long start, long now) {
    return at <= now && start >= from && start < until;
  }
}
