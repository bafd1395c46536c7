// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.event;

import org.jspecify.annotations.Nullable;

/**
 * What was wrong with a line of input, and where it stands.
 *
 * @param reason what was wrong
 * @param detail the offending value and what was expected, for a person
 * @param source name of the source (file path, host:port, ...)
 * @param position byte offset of the line within the source, or a sequence number
 * @param line line number from 1, or 0 when unknown
 * @param length length of the raw line in bytes
 * @param raw the raw bytes, cut to {@link io.caddis.detectors.parse.Limits#deadLetterBytes()}
 * @param field the field at fault, or null when the whole line is
 * @param scored true when the rest of the line was usable: the reading was scored with this cell as
 *     missing
 */
public record Rejection(
    RejectionReason reason,
    String detail,
    String source,
    long position,
    long line,
    long length,
    byte[] raw,
    @Nullable String field,
    boolean scored) {}
