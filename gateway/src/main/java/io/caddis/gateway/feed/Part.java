// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import io.caddis.gateway.store.Batch;

/** What is read of a file or a partition at once. Not thread-safe. */
final class Part {
  private final ResultKind kind;
  private final String source;
  private final Batch batch = new Batch();
  private int count;
  private int unusable;
  private String first = "";

  /**
   * @param source its name, for messages
   */
  Part(ResultKind kind, String source) {
    this.kind = kind;
    this.source = source;
  }

  /**
   * Takes a line; one that cannot be used is counted.
   *
   * @param now when it is read, epoch milliseconds
   */
  void add(LineReader.Line line, long now) {
    count++;
    if (line.bytes().length == 0) {
      return;
    }
    try {
      kind.read(line, batch, now);
    } catch (MalformedLineException e) {
      batch.count("malformed:" + kind.folder(), now);
      if (unusable++ == 0) {
        first = "at %d: %s".formatted(line.start(), e.getMessage());
      }
    }
  }

  Batch batch() {
    return batch;
  }

  int count() {
    return count;
  }

  int unusable() {
    return unusable;
  }

  /** Lines that are messages about alerts. */
  int alertLines() {
    return kind == ResultKind.ALERTS ? count - unusable : 0;
  }

  /** What could not be used, for people. */
  String complaint() {
    return "%d lines of %s cannot be used, the first %s".formatted(unusable, source, first);
  }
}
