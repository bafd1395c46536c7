// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** From a detector's own score to the 0-1 scale on which 0.5 is the learned boundary. */
@NullMarked
package io.caddis.detectors.threshold;

import org.jspecify.annotations.NullMarked;
