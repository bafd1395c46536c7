// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** Whether data is still distributed as it was: sample against sample, and along a stream. */
@NullMarked
package io.caddis.detectors.drift;

import org.jspecify.annotations.NullMarked;
