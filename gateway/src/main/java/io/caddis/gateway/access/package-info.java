/** Who may do what. */
@NullMarked
package io.caddis.gateway.access;

import org.jspecify.annotations.NullMarked;
