/**
 * High availability with ZooKeeper: Flink's, with an election that survives the end of a session.
 */
@NullMarked
package io.caddis.cluster.ha;

import org.jspecify.annotations.NullMarked;
