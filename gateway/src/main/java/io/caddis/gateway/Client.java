// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.javalin.http.Context;

/** Who sent a request. */
public final class Client {
  static final String ATTRIBUTE = "client";

  private Client() {}

  /** The name of the client's token, {@code -} when clients need none. */
  public static String of(Context context) {
    String name = context.attribute(ATTRIBUTE);
    return name == null ? "-" : name;
  }
}
