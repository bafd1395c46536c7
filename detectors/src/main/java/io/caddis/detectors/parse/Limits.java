// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import java.io.Serializable;

/**
 * Bounds on what input may ask of memory and time, all in one place.
 *
 * @param lineBytes longest line that is parsed, bytes
 * @param deadLetterBytes how much of a bad line its dead letter keeps, bytes
 * @param numberChars longest number, characters: checked before it is parsed
 * @param textChars longest text value, characters
 * @param keyChars longest sensor key, characters
 * @param fields most fields in a line
 * @param depth deepest nesting of a JSON value
 */
public record Limits(
    int lineBytes,
    int deadLetterBytes,
    int numberChars,
    int textChars,
    int keyChars,
    int fields,
    int depth)
    implements Serializable {
  public static final Limits DEFAULT = new Limits(1 << 20, 4096, 64, 4096, 256, 4096, 32);

  public Limits {
    atLeastOne("lineBytes", lineBytes);
    atLeastOne("deadLetterBytes", deadLetterBytes);
    atLeastOne("numberChars", numberChars);
    atLeastOne("textChars", textChars);
    atLeastOne("keyChars", keyChars);
    atLeastOne("fields", fields);
    atLeastOne("depth", depth);
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, was " + value);
    }
  }
}
