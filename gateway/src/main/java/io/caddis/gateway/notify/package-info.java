/** Tells other systems about alerts, by webhook. */
@NullMarked
package io.caddis.gateway.notify;

import org.jspecify.annotations.NullMarked;
