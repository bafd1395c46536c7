/** The brokers that jobs read and write. */
@NullMarked
package io.caddis.jobs.kafka;

import org.jspecify.annotations.NullMarked;
