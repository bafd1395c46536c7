/**
 * What the gateway keeps: alerts and what people said about them, counts, recent scores, notices.
 */
@NullMarked
package io.caddis.gateway.store;

import org.jspecify.annotations.NullMarked;
