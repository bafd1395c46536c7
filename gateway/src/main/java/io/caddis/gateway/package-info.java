/** The HTTP interface: models fitted, kept and asked for scores by any client that speaks JSON. */
@NullMarked
package io.caddis.gateway;

import org.jspecify.annotations.NullMarked;
