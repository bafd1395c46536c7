// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import org.jspecify.annotations.Nullable;

/**
 * An episode as it stands, with what people said about it.
 *
 * @param alertId of the episode
 * @param feedId rises with each change that came from the job
 * @param body the newest line about it as the job wrote it, a JSON object
 * @param received when that line was read, epoch milliseconds
 * @param acknowledged by whom, null while nobody has
 * @param label the last judgement, null when there is none
 * @param silencedUntil end of the longest silence on its sensor, epoch milliseconds; 0 without
 */
public record StoredAlert(
    String alertId,
    long feedId,
    String body,
    long received,
    @Nullable Mark acknowledged,
    @Nullable Mark label,
    long silencedUntil) {}
