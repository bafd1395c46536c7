// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

/**
 * A change of a stream's mean.
 *
 * @param before mean of the values before the change
 * @param after mean of the values since
 */
public record MeanShift(double before, double after) {}
