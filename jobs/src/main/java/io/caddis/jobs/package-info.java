/** The command line: what users submit to a cluster, or run on their own machine. */
@NullMarked
package io.caddis.jobs;

import org.jspecify.annotations.NullMarked;
