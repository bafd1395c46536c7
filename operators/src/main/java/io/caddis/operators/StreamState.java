// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.stream.StreamDetector;

/**
 * What is kept of a sensor that a streaming detector scores.
 *
 * @param newest event time of the newest reading it has learned from, epoch milliseconds
 * @param features number of values that the detector takes
 * @param detector changes with every reading
 */
record StreamState(long newest, int features, StreamDetector detector) {}
