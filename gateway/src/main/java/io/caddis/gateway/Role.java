// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.javalin.security.RouteRole;

/** What a client must be allowed to do before a route serves it; each includes those before. */
public enum Role implements RouteRole {
  /** Anybody: that the gateway lives, and its documentation. */
  OPEN,
  /** Look at models, alerts and figures. */
  READ,
  /** Have rows scored. */
  SCORE,
  /** Fit, save, load, delete and change anything. */
  ADMIN
}
