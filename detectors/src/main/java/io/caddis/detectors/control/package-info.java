// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** Commands to running jobs, as files of a directory, and what jobs answer. */
@NullMarked
package io.caddis.detectors.control;

import org.jspecify.annotations.NullMarked;
