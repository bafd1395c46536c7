// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** How good scores are, when labels say what was anomalous. */
@NullMarked
package io.caddis.detectors.evaluation;

import org.jspecify.annotations.NullMarked;
