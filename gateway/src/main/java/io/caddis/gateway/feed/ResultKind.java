// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.feed;

import io.caddis.gateway.store.Batch;

/**
 * The folders that a job writes, in the order in which they are read: what people wait for first.
 */
enum ResultKind {
  ALERTS("alerts") {
    @Override
    void read(LineReader.Line line, Batch batch, long now) throws MalformedLineException {
      batch.add(whole(line).alert());
    }
  },
  QUALITY("quality") {
    @Override
    void read(LineReader.Line line, Batch batch, long now) throws MalformedLineException {
      ResultLine result = whole(line);
      batch.add(result.issue());
      batch.count("quality:" + result.word("kind"), now);
    }
  },
  MODELS("models") {
    @Override
    void read(LineReader.Line line, Batch batch, long now) throws MalformedLineException {
      ResultLine result = ResultLine.parseBeforeModel(line.bytes());
      batch.add(result.model());
      batch.count(result.isVerdict() ? "model-verdicts" : "models", now);
    }
  },
  DEAD_LETTERS("dead-letters") {
    @Override
    void read(LineReader.Line line, Batch batch, long now) throws MalformedLineException {
      ResultLine result = whole(line);
      batch.add(result.deadLetter());
      batch.count("dead-letter:" + result.word("reason"), now);
    }
  },
  LATE("late") {
    @Override
    void read(LineReader.Line line, Batch batch, long now) throws MalformedLineException {
      batch.count("late", whole(line).readTime());
    }
  },
  READINGS("readings") {
    @Override
    void read(LineReader.Line line, Batch batch, long now) throws MalformedLineException {
      batch.add(whole(line).values());
    }
  },
  SCORES("scores") {
    @Override
    void read(LineReader.Line line, Batch batch, long now) throws MalformedLineException {
      ResultLine result = whole(line);
      batch.add(result.score());
      result.names("features_imputed").forEach(name -> batch.countFeature("imputed", name));
      result.names("features_ignored").forEach(name -> batch.countFeature("ignored", name));
    }
  };

  private final String folder;

  ResultKind(String folder) {
    this.folder = folder;
  }

  String folder() {
    return folder;
  }

  /**
   * Adds what a line says to a batch.
   *
   * @param now when it is read, epoch milliseconds
   */
  abstract void read(LineReader.Line line, Batch batch, long now) throws MalformedLineException;

  private static ResultLine whole(LineReader.Line line) throws MalformedLineException {
    if (line.cut()) {
      throw new MalformedLineException("line must be at most " + line.bytes().length + " bytes");
    }
    return ResultLine.parse(line.bytes());
  }
}
