// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster.demo;

import java.util.List;

/** What the simulator of the running job injects, known to the demonstration without asking it. */
@FunctionalInterface
public interface Injections {
  /** All that start at or before an event time, in order of their start. */
  List<Injection> startedBy(long epochMillis);
}
