// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** Models: everything needed to score a reading, how it is fitted and how it is stored. */
@NullMarked
package io.caddis.detectors.model;

import org.jspecify.annotations.NullMarked;
