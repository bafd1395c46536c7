/** What Flink's own metrics reporters lack. Loaded by JobManager and TaskManagers. */
@NullMarked
package io.caddis.cluster.metrics;

import org.jspecify.annotations.NullMarked;
