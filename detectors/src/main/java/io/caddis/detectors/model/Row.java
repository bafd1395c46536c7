// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.model;

import org.jspecify.annotations.Nullable;

/**
 * One row, of training or to be scored.
 *
 * @param numbers numeric features in schema order, NaN = missing
 * @param texts other features in schema order, null = missing
 */
public record Row(double[] numbers, @Nullable String[] texts) {}
