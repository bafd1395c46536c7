// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/**
 * From bytes to readings, strictly: a valid reading or a rejection with its reason and position.
 */
@NullMarked
package io.caddis.detectors.parse;

import org.jspecify.annotations.NullMarked;
