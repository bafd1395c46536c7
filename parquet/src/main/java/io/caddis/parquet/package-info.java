/** Parquet files in and out of {@code train} and {@code score}. */
@NullMarked
package io.caddis.parquet;

import org.jspecify.annotations.NullMarked;
