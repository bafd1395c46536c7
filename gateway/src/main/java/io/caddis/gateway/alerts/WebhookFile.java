// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.alerts;

import io.caddis.detectors.event.Severity;
import io.caddis.gateway.access.SecretFile;
import io.caddis.gateway.notify.Webhook;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The file of those who are told of alerts.
 *
 * <pre>
 * webhooks:
 *   - name: ops
 *     url: https://hooks.example.org/alerts
 *     token-file: /run/secrets/ops     # optional: sent as a bearer token
 *     severity: high                   # optional: tell these and worse
 * </pre>
 */
final class WebhookFile {
  private static final Set<String> FIELDS = Set.of("name", "url", "token-file", "severity");

  private WebhookFile() {}

  /**
   * @param allowed hosts and ports that receivers may be at
   * @throws IllegalArgumentException when the file cannot be read, is not as above, or names a
   *     receiver that is not allowed
   */
  static List<Webhook> read(Path file, Set<String> allowed) {
    List<Webhook> webhooks = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode node : parse(file).path("webhooks")) {
      Webhook webhook = webhook(file, node);
      webhook.requireAllowed(allowed);
      if (!names.add(webhook.name())) {
        throw new IllegalArgumentException(
            "name of a webhook in %s must be there once, was %s twice"
                .formatted(file, webhook.name()));
      }
      webhooks.add(webhook);
    }
    if (webhooks.isEmpty()) {
      throw new IllegalArgumentException("%s must name webhooks, had none".formatted(file));
    }
    return webhooks;
  }

  private static JsonNode parse(Path file) {
    try {
      return new YAMLMapper().readTree(Files.readString(file));
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + file, e);
    } catch (JacksonException e) {
      // Its message may show what is in the file.
      throw new IllegalArgumentException(file + " must be YAML, was not");
    }
  }

  private static Webhook webhook(Path file, JsonNode node) {
    for (String field : node.propertyNames()) {
      if (!FIELDS.contains(field)) {
        throw new IllegalArgumentException(
            "field of a webhook in %s must be one of %s, was %s"
                .formatted(file, FIELDS.stream().sorted().toList(), field));
      }
    }
    String name = text(node, "name");
    String url = text(node, "url");
    if (name == null || !name.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException(
          "name of a webhook in %s must be 1 to 64 letters, digits, '.', '_' or '-', was %s"
              .formatted(file, name));
    }
    if (url == null) {
      throw new IllegalArgumentException("webhook %s in %s must have a url".formatted(name, file));
    }
    String token = text(node, "token-file");
    return new Webhook(
        name,
        uri(name, url),
        token == null ? null : SecretFile.read(Path.of(token)),
        severity(name, text(node, "severity")));
  }

  private static URI uri(String name, String url) {
    try {
      return URI.create(url);
    } catch (IllegalArgumentException e) {
      // Not with the URL: it may hold a secret.
      throw new IllegalArgumentException("url of webhook %s must be a URL".formatted(name));
    }
  }

  private static Severity severity(String name, @Nullable String text) {
    try {
      return text == null ? Severity.HIGH : Severity.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "severity of webhook %s must be low, medium, high or critical, was %s"
              .formatted(name, text),
          e);
    }
  }

  private static @Nullable String text(JsonNode node, String field) {
    JsonNode value = node.get(field);
    return value == null || value.isNull() ? null : value.asString();
  }
}
