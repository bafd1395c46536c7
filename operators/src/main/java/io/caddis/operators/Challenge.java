// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

/**
 * A challenger on trial, and what is known of it beside the champion, the model in force: what both
 * flag of the same readings.
 *
 * @param command id of the command that put it on trial
 * @param model the challenger
 * @param from event time from which on it is on trial, epoch milliseconds
 * @param seen how both do, in the order challenger, champion
 */
public record Challenge(String command, ModelUpdate model, long from, ModelWatch seen) {
  Challenge with(ModelWatch more) {
    return new Challenge(command, model, from, more);
  }
}
