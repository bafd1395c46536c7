// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/** The rules for an MQTT broker as the source. */
final class MqttRules {
  private static final String BROKER = "/source/mqtt/uri";
  private static final String TOPICS = "/source/mqtt/topics";
  private static final Set<String> SCHEMES = Set.of("mqtt", "mqtts");
  private static final long MAX_EXPIRY_SECONDS = 0xFFFF_FFFEL;

  private final SpecRules rules;

  MqttRules(SpecRules rules) {
    this.rules = rules;
  }

  void check() {
    boolean read = rules.sound("/source/type") && rules.text("/source/type").equals("mqtt");
    if (rules.sound(BROKER)) {
      rules.refuse(
          read && rules.isNull(BROKER), BROKER, "must be given for source.type mqtt: mqtt://HOST");
      if (!rules.isNull(BROKER)) {
        broker(rules.text(BROKER));
      }
    }
    rules.refuse(
        read && rules.sound(TOPICS) && rules.at(TOPICS).isEmpty(),
        TOPICS,
        "must name at least one topic for source.type mqtt");
    if (rules.sound("/source/mqtt/key") && rules.text("/source/mqtt/key").equals("topic")) {
      for (String path : new String[] {"/fields/key", "/fields/default-key"}) {
        rules.refuse(
            read && rules.sound(path) && !rules.isNull(path),
            path,
            "must not be given with source.mqtt.key: topic, which names the sensors");
      }
    }
    String expiry = "/source/mqtt/session-expiry";
    rules.refuse(
        rules.sound(expiry) && rules.duration(expiry).toSeconds() > MAX_EXPIRY_SECONDS,
        expiry,
        "must be at most " + MAX_EXPIRY_SECONDS + " s, was " + rules.at(expiry));
  }

  private void broker(String text) {
    if (text.contains("@")) {
      // It may hold a password, so it is not repeated.
      rules.refuse(true, BROKER, "must hold no login: that belongs to source.mqtt.properties");
      return;
    }
    boolean possible;
    try {
      URI uri = new URI(text);
      possible =
          SCHEMES.contains(String.valueOf(uri.getScheme()))
              && uri.getHost() != null
              && uri.getPort() <= 65_535
              && uri.getPort() != 0
              && String.valueOf(uri.getPath()).matches("/?")
              && uri.getQuery() == null;
    } catch (URISyntaxException e) {
      possible = false;
    }
    rules.refuse(
        !possible,
        BROKER,
        "must be mqtt://HOST:PORT, or mqtts://HOST:PORT with TLS, was '" + text + "'");
  }
}
