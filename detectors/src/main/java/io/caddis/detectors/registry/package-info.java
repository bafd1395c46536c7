/** Versioned models with their metadata and aliases, kept where every process finds them. */
@NullMarked
package io.caddis.detectors.registry;

import org.jspecify.annotations.NullMarked;
