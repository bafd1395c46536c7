// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** Features: the schema of a model's input, encoders, scaling, calendar and rolling features. */
@NullMarked
package io.caddis.detectors.feature;

import org.jspecify.annotations.NullMarked;
