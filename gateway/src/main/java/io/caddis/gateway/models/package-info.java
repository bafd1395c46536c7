/** Models in memory and in the registry: fitted, asked for scores, saved, loaded, deleted. */
@NullMarked
package io.caddis.gateway.models;

import org.jspecify.annotations.NullMarked;
