// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.javalin.config.RoutesConfig;

/**
 * Routes that belong together. Each is registered with the {@link Role} that it asks for; it writes
 * its answers with {@link Json} and refuses requests with {@link ProblemException}.
 */
public interface Routes {
  void register(RoutesConfig routes);
}
