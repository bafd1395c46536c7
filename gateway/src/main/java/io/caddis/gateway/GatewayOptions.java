// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import io.caddis.gateway.access.TlsFiles;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway is set up.
 *
 * @param host address to listen on
 * @param port to listen on; 0 takes a free one
 * @param registry directory of the models
 * @param model name of the model that is meant where none is named
 * @param trainingData file that {@code /retrain} reads, null when there is none
 * @param tokens file of the tokens of clients, null when they need none
 * @param insecure whether other machines may come without tokens
 * @param limits on what clients may ask for
 * @param control directory that the running job watches for commands, null when there is none
 * @param flink web interface of the jobs' cluster, {@code http://HOST:PORT}, null when its health
 *     is not this gateway's concern
 * @param tls certificate to speak TLS with, null for plain HTTP
 */
public record GatewayOptions(
    String host,
    int port,
    Path registry,
    String model,
    @Nullable Path trainingData,
    @Nullable Path tokens,
    boolean insecure,
    Limits limits,
    @Nullable Path control,
    @Nullable URI flink,
    @Nullable TlsFiles tls) {
  public GatewayOptions {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be 0 to 65535, was " + port);
    }
  }
}
