// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** Bounded samples of training rows that do not depend on order or parallelism. */
@NullMarked
package io.caddis.detectors.sample;

import org.jspecify.annotations.NullMarked;
