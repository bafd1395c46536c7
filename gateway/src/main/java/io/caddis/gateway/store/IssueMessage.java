// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

/**
 * One line of a job's quality issues. Times are epoch milliseconds.
 *
 * @param issueId the same in every run
 * @param kind as in {@code drift}
 * @param sensor whose data is at fault; of {@code drift} the group
 * @param from when it began
 * @param to when it was noticed
 * @param body the line as the job wrote it, a JSON object
 */
public record IssueMessage(
    String issueId, String kind, String sensor, long from, long to, String body) {}
