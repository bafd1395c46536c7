// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.EagerContentHandler.ContentLoader;
import org.eclipse.jetty.server.handler.EagerContentHandler.ContentLoaderFactory;
import org.eclipse.jetty.server.handler.EagerContentHandler.RetainedContentLoaderFactory.RetainedContentLoader;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the beginnings of bodies without a thread, the rest of longer ones is read with one.
 *
 * <p>What Jetty hands on for that says {@code fail} where {@code failed} is called: a request whose
 * client went away before the answer would never end, and the stop would wait for it.
 */
record EagerBodies(int bytes) implements ContentLoaderFactory {
  @Override
  public @Nullable String getApplicableMimeType() {
    return null;
  }

  @Override
  public ContentLoader newContentLoader(
      @Nullable String contentType,
      @Nullable String mimeType,
      Handler handler,
      Request request,
      Response response,
      Callback callback) {
    return new RetainedContentLoader(handler, request, response, callback, bytes, 0, false) {
      @Override
      protected void handle(Request read, Response answer, Callback end) {
        super.handle(
            read,
            answer,
            Callback.from(
                end.getInvocationType(),
                end::succeeded,
                failure -> {
                  read.fail(failure);
                  end.failed(failure);
                }));
      }
    };
  }
}
