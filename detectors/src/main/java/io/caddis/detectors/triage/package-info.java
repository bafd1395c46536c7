// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** From scores to severities and episodes. */
@NullMarked
package io.caddis.detectors.triage;

import org.jspecify.annotations.NullMarked;
