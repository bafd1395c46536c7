// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** The source of the commands to a running job. */
@NullMarked
package io.caddis.jobs.control;

import org.jspecify.annotations.NullMarked;
