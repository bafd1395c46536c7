// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import java.util.HexFormat;

/** The printed form of a reading's identity: 16 hexadecimal digits of its source, '-', position. */
public final class EventIds {
  private EventIds() {}

  /**
   * @param source see {@link SourceId}
   * @param position byte offset or sequence number within the source, not negative
   */
  public static String format(long source, long position) {
    return HexFormat.of().toHexDigits(source) + '-' + Long.toHexString(position);
  }
}
