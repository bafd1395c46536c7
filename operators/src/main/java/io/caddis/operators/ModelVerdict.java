// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

/**
 * What was decided about a model beside its being trained.
 *
 * @param decision what
 * @param reason why, for people
 * @param at event time from which on it holds, epoch milliseconds
 */
public record ModelVerdict(Decision decision, String reason, long at) {
  /** What became of a model. Names are a format: never renamed, never reused. */
  public enum Decision {
    /** It never came into force. */
    REFUSED,
    /** It was in force, and is no longer; what it raised is retracted. */
    ROLLED_BACK,
    /** It was on trial, and is no longer. */
    ENDED,
    /** A command has put it in force again after it had been rolled back. */
    REINSTATED,
    /** It has come into force for a share of the sensors. */
    CANARY,
    /** It scored a share of the sensors, and scores all of them from now on. */
    PROMOTED
  }
}
