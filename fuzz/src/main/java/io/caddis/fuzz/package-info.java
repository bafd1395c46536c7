// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** Hostile input, guided by the code that it reaches: targets, their oracles, and the campaign. */
@NullMarked
package io.caddis.fuzz;

import org.jspecify.annotations.NullMarked;
