/** A Kafka broker for tests. */
@NullMarked
package io.caddis.broker;

import org.jspecify.annotations.NullMarked;
