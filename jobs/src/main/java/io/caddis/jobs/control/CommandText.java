// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.control;

import org.jspecify.annotations.Nullable;

/**
 * A file of the control directory, not yet parsed.
 *
 * @param file its name
 * @param content what it holds; empty when it cannot be used
 * @param problem why it cannot be used, null when it can
 */
public record CommandText(String file, byte[] content, @Nullable String problem) {}
