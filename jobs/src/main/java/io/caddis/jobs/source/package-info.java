// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors

/** Where readings come from: files, sockets and the simulator, as Flink sources of outcomes. */
@NullMarked
package io.caddis.jobs.source;

import org.jspecify.annotations.NullMarked;
