/** Speed, measured side by side in one run. Nothing depends on this. */
@NullMarked
package io.caddis.benchmarks;

import org.jspecify.annotations.NullMarked;
