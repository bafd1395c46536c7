// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Gives a body up as soon as its connection has been silent for too long. Jetty leaves it to
 * whoever reads whether to go on then, and what reads bodies without a thread always does.
 */
final class SilentBodies extends Handler.Wrapper {
  SilentBodies(Handler handler) {
    super(handler);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    return super.handle(new Body(request), response, callback);
  }

  private static final class Body extends Request.Wrapper {
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
      if (!Content.Chunk.isFailure(chunk, false)) {
        return chunk;
      }
      failure = Content.Chunk.from(chunk.getFailure(), true);
      return failure;
    }
  }
}
