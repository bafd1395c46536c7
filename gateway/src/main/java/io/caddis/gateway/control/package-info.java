// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** Commands to the running job, and what it answers. */
@NullMarked
package io.caddis.gateway.control;

import org.jspecify.annotations.NullMarked;
