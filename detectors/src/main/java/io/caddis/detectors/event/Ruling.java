// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

import org.jspecify.annotations.Nullable;

/**
 * What commands say about one reading.
 *
 * @param threshold the score at or above which it is anomalous, NaN = the model's
 * @param command id of the command that set the threshold, null when none did
 * @param muted true when the reading is to be scored, but to raise no alert
 */
public record Ruling(double threshold, @Nullable String command, boolean muted) {}
