/**
 * The pipeline specification: read from YAML, checked against its schema, overridden by options.
 */
@NullMarked
package io.caddis.jobs.spec;

import org.jspecify.annotations.NullMarked;
