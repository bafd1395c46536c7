// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.caddis.gateway.contract.Requests;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets requests in as far as there is room for their bodies, then for the work on them; whoever
 * waits too long is told to come back. Thread-safe.
 *
 * <p>Only what has arrived whole is worked on, so a client that is slow to send takes no turn from
 * others, and small bodies need no room, so clients that send large ones leave others theirs.
 */
final class Admission {
  /**
   * Bodies up to here are waited for without a thread and need no room; the rest of longer ones is
   * read with a thread.
   */
  static final int SMALL_BYTES = 64 << 10;

  private static final int UNIT = 1 << 10;

  private final Limits limits;
  private final Semaphore looking;
  private final Semaphore working;

  /** Room for bodies, in units of {@link #UNIT} bytes. */
  private final Semaphore room;

  Admission(Limits limits) {
    this.limits = limits;
    this.looking = new Semaphore(limits.busy());
    this.working = new Semaphore(limits.busy());
    this.room = new Semaphore(units(limits.bodiesBytes()));
  }

  /** Has a request handled that has no body, once there is a place for it. */
  void look(Context context, Handler handler) throws Exception {
    handleWith(looking, context, handler);
  }

  /** Reads the body of a request and has it handled, once there is room and a place for it. */
  void work(Context context, Handler handler) throws Exception {
    String encoding = context.header("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new ProblemException(
          415, "Unsupported encoding", "a body must not be compressed, was '" + encoding + "'");
    }
    InputStream in = context.bodyInputStream();
    byte[] begin = read(in, SMALL_BYTES);
    int units = begin.length < SMALL_BYTES ? 0 : units(mostBytes(context));
    acquire(room, units, context);
    try {
      context.attribute(Requests.BODY, units == 0 ? begin : whole(begin, in));
      handleWith(working, context, handler);
    } finally {
      room.release(units);
    }
  }

  private void handleWith(Semaphore places, Context context, Handler handler) throws Exception {
    acquire(places, 1, context);
    try {
      handler.handle(context);
    } finally {
      places.release();
    }
  }

  private void acquire(Semaphore semaphore, int permits, Context context)
      throws InterruptedException {
    if (!semaphore.tryAcquire(permits, limits.patience().toMillis(), TimeUnit.MILLISECONDS)) {
      context.header("Retry-After", "1");
      throw new ProblemException(
          503,
          "Overloaded",
          "requests at work must be at most %d, with %d bytes"
              .formatted(limits.busy(), limits.bodiesBytes()));
    }
  }

  /** How long the body may turn out to be. */
  private long mostBytes(Context context) {
    long announced = context.req().getContentLengthLong();
    return announced < 0 ? limits.bodyBytes() : Math.min(announced, limits.bodyBytes());
  }

  private byte[] whole(byte[] begin, InputStream rest) {
    return read(
        new SequenceInputStream(new ByteArrayInputStream(begin), rest), limits.bodyBytes() + 1);
  }

  private byte[] read(InputStream in, int most) {
    try {
      byte[] read = in.readNBytes(most);
      if (read.length > limits.bodyBytes()) {
        throw new ProblemException(
            413, "Too large", "a body must have at most " + limits.bodyBytes() + " bytes");
      }
      return read;
    } catch (IOException e) {
      throw new ProblemException(400, "Incomplete body", "the body must arrive whole, did not");
    }
  }

  private static int units(long bytes) {
    return (int) ((bytes + UNIT - 1) / UNIT);
  }
}
