// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import io.caddis.detectors.event.Parsed;
import org.jspecify.annotations.Nullable;

/**
 * Lines of one source to outcomes. Nothing in a line makes it throw: every line that is not blank
 * and not the header gives exactly one outcome, a reading, a rejection, or both. One decoder reads
 * one source, in order; not thread-safe.
 */
public interface LineDecoder {
  /**
   * Decodes a line.
   *
   * @param buffer holds the line; not kept
   * @param offset where it starts in the buffer
   * @param length its bytes, without the line end
   * @param position its byte offset within the source; a byte-order mark at 0 is skipped
   * @param line its number from 1, or 0 when unknown
   * @return its outcome, or null for a blank line and for the header
   */
  @Nullable Parsed decode(byte[] buffer, int offset, int length, long position, long line);

  /** Whether what must precede the records (a header) has been read. */
  boolean headerRead();
}
