// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** Commands to running jobs: their files, and the source that reads them. */
@NullMarked
package io.caddis.jobs.control;

import org.jspecify.annotations.NullMarked;
