// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.access;

import io.caddis.gateway.ProblemException;
import io.caddis.gateway.Role;
import io.javalin.http.Context;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests pass or refuses them. Without tokens everybody who can reach the port may do
 * anything, so only this machine can, and no page in a browser on it: neither from another origin
 * nor under a name that somebody else's DNS resolves to this machine. Thread-safe.
 */
public final class Access {
  private static final String BEARER = "bearer ";
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final @Nullable TokenFile tokens;
  private final boolean localOnly;

  /**
   * @param tokens null when clients need none
   * @param localOnly whether the gateway listens to this machine only
   */
  public Access(@Nullable TokenFile tokens, boolean localOnly) {
    this.tokens = tokens;
    this.localOnly = localOnly;
  }

  /** Whether an address is one of this machine that no other can reach. */
  public static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /**
   * Checks a request.
   *
   * @return the name of its token, or {@code -}
   * @throws ProblemException 401 or 403 when it may not pass
   */
  public String check(Context context, Role asked) {
    refuseOtherOrigins(context);
    if (tokens == null) {
      if (localOnly && !LOCAL.contains(hostName(context.header("Host")))) {
        throw new ProblemException(
            403, "Not allowed", "Host must be localhost while clients need no token");
      }
      return "-";
    }
    if (asked == Role.OPEN) {
      return "-";
    }
    String header = context.header("Authorization");
    boolean bearer = header != null && header.toLowerCase(Locale.ROOT).startsWith(BEARER);
    TokenFile.Token token =
        bearer && header != null ? tokens.find(header.substring(BEARER.length()).strip()) : null;
    if (token == null) {
      context.header("WWW-Authenticate", "Bearer realm=\"caddis\"");
      throw new ProblemException(
          401, "No valid token", "the header Authorization must be 'Bearer' and a valid token");
    }
    if (token.role().compareTo(asked) < 0) {
      throw new ProblemException(
          403,
          "Not allowed",
          "role must be at least %s, is %s"
              .formatted(
                  asked.name().toLowerCase(Locale.ROOT),
                  token.role().name().toLowerCase(Locale.ROOT)));
    }
    return token.name();
  }

  /**
   * Browsers say where a page comes from; nothing but the gateway's own pages may send requests.
   */
  private static void refuseOtherOrigins(Context context) {
    String origin = context.header("Origin");
    if (origin != null && !authority(origin).equals(lower(context.header("Host")))) {
      throw new ProblemException(
          403, "Not allowed", "pages of another origin must not send requests");
    }
    if ("cross-site".equals(context.header("Sec-Fetch-Site"))
        && !"navigate".equals(context.header("Sec-Fetch-Mode"))) {
      throw new ProblemException(
          403, "Not allowed", "pages of another site must not send requests");
    }
  }

  private static String authority(String origin) {
    try {
      return lower(new URI(origin).getRawAuthority());
    } catch (URISyntaxException e) {
      return "";
    }
  }

  private static String hostName(@Nullable String host) {
    String name = lower(host);
    int colon = name.lastIndexOf(':');
    return colon > name.lastIndexOf(']') ? name.substring(0, colon) : name;
  }

  private static String lower(@Nullable String text) {
    return text == null ? "" : text.toLowerCase(Locale.ROOT);
  }
}
