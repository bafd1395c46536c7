// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A multiset of lines, as eight bytes of each: ten million lines fit into memory. That two of them
 * have the same is one chance in 300,000. Not thread-safe.
 */
final class Fingerprints {
  private final MessageDigest digest;
  private long[] all = new long[1024];
  private int size;
  private boolean sorted = true;

  Fingerprints() {
    try {
      digest = MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  static Fingerprints of(Iterable<String> lines) {
    Fingerprints fingerprints = new Fingerprints();
    lines.forEach(fingerprints::add);
    return fingerprints;
  }

  void add(String line) {
    if (size == all.length) {
      all = Arrays.copyOf(all, 2 * size);
    }
    all[size++] = fingerprint(line);
    sorted = false;
  }

  boolean contains(String line) {
    return Arrays.binarySearch(sorted(), 0, size, fingerprint(line)) >= 0;
  }

  int size() {
    return size;
  }

  /** In ascending order, those of equal lines side by side; the first {@link #size} are filled. */
  long[] sorted() {
    if (!sorted) {
      Arrays.parallelSort(all, 0, size);
      sorted = true;
    }
    return all;
  }

  private long fingerprint(String line) {
    return ByteBuffer.wrap(digest.digest(line.getBytes(StandardCharsets.UTF_8))).getLong();
  }
}
