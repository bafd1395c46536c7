// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

/** Simulated sensors with anomalies at known times: a pure function of seed, sensor and step. */
@NullMarked
package io.caddis.detectors.simulate;

import org.jspecify.annotations.NullMarked;
