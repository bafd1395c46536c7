// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** Scoring a sensor by its own short history, before a model exists. */
@NullMarked
package io.caddis.detectors.warmup;

import org.jspecify.annotations.NullMarked;
