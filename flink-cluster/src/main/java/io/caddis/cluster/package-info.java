/** A real standalone Flink cluster: its processes, its REST interface, and the commands on both. */
@NullMarked
package io.caddis.cluster;

import org.jspecify.annotations.NullMarked;
