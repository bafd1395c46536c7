// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

/**
 * Something that those who watch are sent.
 *
 * @param id its place in the feed
 * @param kind what it is
 * @param sensor that it is about
 * @param data one line of JSON
 */
record LiveEvent(long id, Kind kind, String sensor, String data) {
  enum Kind {
    ALERT,
    SCORE
  }
}
