/** Registries of models on any file system that Flink can reach. */
@NullMarked
package io.caddis.jobs.registry;

import org.jspecify.annotations.NullMarked;
