// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import org.jspecify.annotations.Nullable;

/**
 * What somebody did to an alert.
 *
 * @param action {@code acknowledge}, {@code withdraw}, {@code silence}, or a {@link Label} in lower
 *     case
 * @param at when, epoch milliseconds
 * @param by who
 * @param note in their words
 */
public record Mark(String action, long at, String by, @Nullable String note) {}
