// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

/**
 * One line of a job's dead letters.
 *
 * @param reason why it could not be used
 * @param body what is kept of it, a JSON object
 */
public record DeadLetter(String reason, String body) {}
