/** From the files that the jobs write into the store, and from there to those who watch live. */
@NullMarked
package io.caddis.gateway.feed;

import org.jspecify.annotations.NullMarked;
