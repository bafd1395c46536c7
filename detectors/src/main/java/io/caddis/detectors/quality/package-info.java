// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** Whether data can be trusted: checks of each sensor's readings, and of a sample as a whole. */
@NullMarked
package io.caddis.detectors.quality;

import org.jspecify.annotations.NullMarked;
