// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import java.io.IOException;

/**
 * Keeps the profile of one sensor's {@link StreamDetector}: the part of its state that few readings
 * ask for or change, so that the others need not carry it.
 */
public interface ProfileStore {
  /**
   * What was written last.
   *
   * @throws IOException if that cannot be had
   */
  byte[] read() throws IOException;

  /**
   * @param profile not changed afterwards
   */
  void write(byte[] profile) throws IOException;
}
