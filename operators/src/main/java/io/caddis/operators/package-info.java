// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/**
 * Flink functions around the detectors: state, time and broadcast, one file a hop. No I/O, no
 * options.
 */
@NullMarked
package io.caddis.operators;

import org.jspecify.annotations.NullMarked;
