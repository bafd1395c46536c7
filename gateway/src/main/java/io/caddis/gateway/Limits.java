// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.time.Duration;

/**
 * Bounds on what clients may ask of memory and time, all in one place.
 *
 * @param bodyBytes largest body of a request
 * @param bodiesBytes most bytes of bodies that are worked on at once, at least {@code bodyBytes}
 * @param rows most rows in a request
 * @param trainingRows most rows that a model is fitted on; of more a uniform sample is drawn
 * @param modelBytes most bytes of models in memory, as their files and the rows that they keep have
 * @param busy most requests that are worked on at once; others wait, then are refused
 * @param patience how long they wait
 * @param scoring how long the rows of one request may take
 * @param idle how long a connection may say nothing
 * @param connections most open at once
 */
public record Limits(
    int bodyBytes,
    int bodiesBytes,
    int rows,
    int trainingRows,
    long modelBytes,
    int busy,
    Duration patience,
    Duration scoring,
    Duration idle,
    int connections) {
  /** Deepest nesting of a body. */
  public static final int DEPTH = 32;

  /**
   * Most values, names and brackets in a body: what it becomes in memory is many times as large.
   */
  public static final int TOKENS = 4_000_000;

  /** Most values in a body, of its rows only the first counted. */
  public static final int VALUES = 10_000;

  /** Longest text in a body, characters. */
  public static final int TEXT_CHARS = 1 << 16;

  /** Longest number in a body, characters. */
  public static final int NUMBER_CHARS = 64;

  public static final Limits DEFAULT =
      new Limits(
          16 << 20,
          64 << 20,
          100_000,
          10_000,
          100 << 20,
          64,
          Duration.ofSeconds(2),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          1_000);

  public Limits {
    if (bodyBytes < 1 || rows < 1) {
      throw new IllegalArgumentException(
          "body and rows must be at least 1, was %d and %d".formatted(bodyBytes, rows));
    }
  }

  /** What a gateway takes that works on nothing. */
  private static final long IDLE_BYTES = 128 << 20;

  /**
   * A body takes some nine times its length while it is worked on, a model in memory up to twice
   * that of its file: together they must leave the heap what is taken by nothing in particular.
   */
  private static final int HEAP_PER_BODIES = 12;

  private static final int HEAP_PER_MODELS = 8;

  /** The defaults, as far as a heap has room for them. */
  static Limits within(long heapBytes) {
    int room = bodiesRoom(heapBytes);
    return new Limits(
        Math.min(DEFAULT.bodyBytes, room),
        Math.min(DEFAULT.bodiesBytes, room),
        DEFAULT.rows,
        DEFAULT.trainingRows,
        Math.max(1 << 20, (heapBytes - IDLE_BYTES) / HEAP_PER_MODELS),
        DEFAULT.busy,
        DEFAULT.patience,
        DEFAULT.scoring,
        DEFAULT.idle,
        DEFAULT.connections);
  }

  /** Most bytes of bodies that a heap has room for, at least a MiB. */
  static int bodiesRoom(long heapBytes) {
    long room = (heapBytes - IDLE_BYTES) / HEAP_PER_BODIES;
    return (int) Math.min(Integer.MAX_VALUE, Math.max(1 << 20, room));
  }

  /** These with other bounds on a body and on its rows. */
  Limits with(int otherBodyBytes, int otherRows) {
    return new Limits(
        otherBodyBytes,
        Math.max(otherBodyBytes, bodiesBytes),
        otherRows,
        trainingRows,
        modelBytes,
        busy,
        patience,
        scoring,
        idle,
        connections);
  }
}
