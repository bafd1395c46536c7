// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.notify;

import io.caddis.detectors.event.Severity;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A receiver of notifications.
 *
 * @param name in the store and in figures; a receiver that is given another name is another one
 * @param url that messages are sent to; nowhere else is it written, because it may hold a secret
 * @param token sent as a bearer token, null without
 * @param severity of the mildest alerts that are told
 */
public record Webhook(String name, URI url, @Nullable String token, Severity severity) {
  /**
   * @throws IllegalArgumentException when the URL is not http or https, or has no host, or the
   *     token cannot stand in a header
   */
  public Webhook {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (!List.of("http", "https").contains(scheme) || url.getHost() == null) {
      throw new IllegalArgumentException(
          "URL of webhook %s must begin with http:// or https:// and a host".formatted(name));
    }
    if (url.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "URL of webhook %s must hold no user: use a token".formatted(name));
    }
    // Whoever refuses it later would say what it is.
    if (token != null && !token.matches("[!-~]+")) {
      throw new IllegalArgumentException(
          "token of webhook %s must be 1 or more visible ASCII characters".formatted(name));
    }
  }

  /** Host and port, as in {@code alerts.example.org:443}. */
  public String address() {
    int port = url.getPort();
    int standard = url.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    return url.getHost().toLowerCase(Locale.ROOT) + ":" + (port == -1 ? standard : port);
  }

  /**
   * Checks that the receiver is one of those allowed.
   *
   * @param allowed hosts and ports, as in {@code alerts.example.org:443}
   * @throws IllegalArgumentException when it is not
   */
  public void requireAllowed(Set<String> allowed) {
    if (allowed.stream().noneMatch(address()::equalsIgnoreCase)) {
      throw new IllegalArgumentException(
          "address of webhook %s must be one of %s, was %s"
              .formatted(name, allowed.stream().sorted().toList(), address()));
    }
  }

  @Override
  public String toString() {
    return "webhook " + name + " at " + address();
  }
}
