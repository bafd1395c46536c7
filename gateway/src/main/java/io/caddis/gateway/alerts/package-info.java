/** Alerts over HTTP: to look at, to judge, to silence, to watch live. */
@NullMarked
package io.caddis.gateway.alerts;

import org.jspecify.annotations.NullMarked;
