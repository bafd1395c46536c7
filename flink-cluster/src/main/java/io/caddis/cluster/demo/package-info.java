/**
 * The demonstration: simulated sensors on a real cluster, and what was found beside what was
 * injected.
 */
@NullMarked
package io.caddis.cluster.demo;

import org.jspecify.annotations.NullMarked;
