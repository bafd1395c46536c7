// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

/**
 * A pattern of names: {@code *} stands for any characters, {@code ?} for one, all else for itself.
 *
 * @param pattern the whole name is compared with it
 */
record NamePattern(String pattern) {

  /** Takes time in the product of the lengths at worst, whatever the pattern. */
  boolean matches(String name) {
    int at = 0;
    int next = 0;
    int star = -1;
    int resume = 0;
    while (next < name.length()) {
      if (at < pattern.length() && pattern.charAt(at) == '*') {
        star = at++;
        resume = next;
      } else if (at < pattern.length()
          && (pattern.charAt(at) == '?' || pattern.charAt(at) == name.charAt(next))) {
        at++;
        next++;
      } else if (star >= 0) {
        at = star + 1;
        next = ++resume;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }
}
