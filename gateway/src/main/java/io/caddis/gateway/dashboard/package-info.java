/** What the pages at {@code /dashboard} are made of, and the figures that they draw. */
@NullMarked
package io.caddis.gateway.dashboard;

import org.jspecify.annotations.NullMarked;
