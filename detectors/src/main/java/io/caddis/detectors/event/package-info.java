// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** What travels: readings, feature vectors, scored vectors, alerts, and what was rejected. */
@NullMarked
package io.caddis.detectors.event;

import org.jspecify.annotations.NullMarked;
