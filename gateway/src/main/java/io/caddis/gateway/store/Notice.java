// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

/**
 * Something to tell a target once.
 *
 * @param target name of the receiver
 * @param subject what it is about: an alert's or an issue's id
 * @param resolved whether it says that the subject has ended; sent only to those who were told of
 *     it
 * @param severity rank of what is told, 0 to 3: a subject that becomes worse is told again
 * @param group notices of one group are sent together
 * @param sensor to be looked for in silences
 * @param body what is told, a JSON object
 */
public record Notice(
    String target,
    String subject,
    boolean resolved,
    int severity,
    String group,
    String sensor,
    String body) {}
