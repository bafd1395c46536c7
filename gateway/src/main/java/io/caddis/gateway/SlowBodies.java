// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;

/**
 * Gives a body up that comes too slowly, or whose connection has been silent for too long. Jetty
 * leaves silence to whoever reads, and what reads bodies without a thread always goes on; its own
 * least rate is that of all requests together.
 */
final class SlowBodies extends Handler.Wrapper {
  private static final int LEAST_BYTES_PER_SECOND = 256;

  /** For pauses that are nobody's intention, on a machine that has much to do, here or there. */
  private static final int GRACE_SECONDS = 5;

  /** For a body that keeps a thread and room from others. */
  private static final int MOST_SECONDS = 60;

  SlowBodies(Handler handler) {
    super(handler);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    return super.handle(new Body(request), response, callback);
  }

  private static final class Body extends Request.Wrapper {
    private final long begin = NanoTime.now();
    private long bytes;
    private Content.@Nullable Chunk failure;

    private Body(Request request) {
      super(request);
    }

    @Override
    public Content.@Nullable Chunk read() {
      if (failure != null) {
        return failure;
      }
      Content.Chunk chunk = super.read();
      if (Content.Chunk.isFailure(chunk, false)) {
        failure = Content.Chunk.from(chunk.getFailure(), true);
        return failure;
      }
      bytes += chunk == null ? 0 : chunk.remaining();
      return chunk;
    }

    @Override
    public void demand(Runnable available) {
      long seconds = NanoTime.secondsSince(begin);
      long due = (seconds - GRACE_SECONDS) * LEAST_BYTES_PER_SECOND;
      if (bytes < due || (bytes >= Admission.SMALL_BYTES && seconds > MOST_SECONDS)) {
        failure = Content.Chunk.from(new TimeoutException("the body comes too slowly"), true);
        available.run();
      } else {
        super.demand(available);
      }
    }
  }
}
