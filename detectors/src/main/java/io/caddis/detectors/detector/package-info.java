// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** Detectors: algorithms that fit on rows of numbers and score a row. */
@NullMarked
package io.caddis.detectors.detector;

import org.jspecify.annotations.NullMarked;
