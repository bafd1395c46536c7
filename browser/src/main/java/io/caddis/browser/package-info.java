/** A real browser for tests. */
@NullMarked
package io.caddis.browser;

import org.jspecify.annotations.NullMarked;
