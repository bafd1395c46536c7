/** Where results go: one JSON object a line, in files that appear exactly once. */
@NullMarked
package io.caddis.jobs.sink;

import org.jspecify.annotations.NullMarked;
