// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The 64-bit identity of a source: the first eight bytes, big-endian, of the SHA-256 digest of its
 * name in UTF-8. A format: the same name has the same id in every run and release.
 */
public final class SourceId {
  private SourceId() {}

  public static long of(String name) {
    byte[] digest;
    try {
      digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 must be available in every JDK", e);
    }
    return ByteBuffer.wrap(digest).getLong();
  }
}
