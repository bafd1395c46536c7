// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.nio.file.Path;

/**
 * How a gateway is set up.
 *
 * @param host address to listen on
 * @param port to listen on; 0 takes a free one
 * @param registry directory of the models
 */
public record GatewayOptions(String host, int port, Path registry) {
  public GatewayOptions {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be 0 to 65535, was " + port);
    }
  }
}
