// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
/** Files that programs hand to each other: whole or not at all. */
@NullMarked
package io.caddis.detectors.files;

import org.jspecify.annotations.NullMarked;
