// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

/** Detectors that learn from a sensor's readings as they come, in constant memory. */
@NullMarked
package io.caddis.detectors.stream;

import org.jspecify.annotations.NullMarked;
