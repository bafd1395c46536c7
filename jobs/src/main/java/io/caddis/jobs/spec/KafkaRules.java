// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rules for Kafka as source, sink and control, and for where results go at all. */
final class KafkaRules {
  private static final String BROKERS = "/kafka/bootstrap-servers";
  private static final String DIRECTORY = "/sink/directory";
  private static final List<String> TOPICS =
      List.of("scores", "alerts", "dead-letters", "late", "quality", "models", "control");

  /** What a record holds by default, less what escaping may add to the bytes of a dead letter. */
  private static final int MAX_DEAD_LETTER_BYTES = 100_000;

  private final SpecRules rules;

  KafkaRules(SpecRules rules) {
    this.rules = rules;
  }

  void check() {
    boolean published = TOPICS.stream().anyMatch(topic -> given("/sink/kafka/" + topic));
    boolean read = rules.sound("/source/type") && rules.text("/source/type").equals("kafka");
    rules.refuse(
        (read || published || given("/control/topic")) && missing(BROKERS),
        BROKERS,
        "must be given to read or write Kafka topics: HOST:PORT");
    source(read);
    oneTopicEach();
    rules.refuse(
        !published && missing(DIRECTORY),
        DIRECTORY,
        "must be given: where the results go (--output DIR)");
    rules.refuse(
        missing(DIRECTORY) && rules.sound("/archive") && rules.text("/archive").equals("alerts"),
        DIRECTORY,
        "must be given with archive: alerts, which writes files (--output DIR)");
    rules.refuse(
        missing(DIRECTORY)
            && rules.sound("/sink/readings")
            && rules.at("/sink/readings").booleanValue(),
        DIRECTORY,
        "must be given with sink.readings, which writes files (--output DIR)");
    rules.refuse(
        given("/control/topic") && given("/control/directory"),
        "/control/topic",
        "must not be given with control.directory: choose one");
    rules.refuse(
        given("/sink/kafka/dead-letters")
            && rules.sound("/limits/dead-letter-bytes")
            && rules.at("/limits/dead-letter-bytes").intValue() > MAX_DEAD_LETTER_BYTES,
        "/limits/dead-letter-bytes",
        "must be at most %d when dead letters go to Kafka, was %s"
            .formatted(MAX_DEAD_LETTER_BYTES, rules.at("/limits/dead-letter-bytes")));
  }

  private void source(boolean read) {
    rules.refuse(
        read && rules.sound("/source/kafka/topics") && rules.at("/source/kafka/topics").isEmpty(),
        "/source/kafka/topics",
        "must name at least one topic for source.type kafka");
    if (rules.sound("/source/kafka/start")) {
      String start = rules.text("/source/kafka/start");
      try {
        if (start.endsWith("Z")) {
          Instant.parse(start);
        }
      } catch (DateTimeException e) {
        rules.refuse(true, "/source/kafka/start", "must be a date that exists, was " + start);
      }
    }
  }

  /**
   * The ids of a sink's transactions hold its topic: two sinks with the same ones fence each other
   * out for ever.
   */
  private void oneTopicEach() {
    if (!rules.sound("/sink/kafka/delivery")
        || !rules.text("/sink/kafka/delivery").equals("exactly-once")) {
      return;
    }
    Map<String, String> taken = new HashMap<>();
    for (String results : TOPICS) {
      String path = "/sink/kafka/" + results;
      if (given(path)) {
        String other = taken.putIfAbsent(rules.text(path), results);
        rules.refuse(
            other != null,
            path,
            "must be another topic than sink.kafka.%s with sink.kafka.delivery exactly-once, was %s:"
                    .formatted(other, rules.at(path))
                + " give each a topic of its own, or choose at-least-once");
      }
    }
  }

  private boolean given(String path) {
    return rules.sound(path) && !rules.isNull(path);
  }

  private boolean missing(String path) {
    return rules.sound(path) && rules.isNull(path);
  }
}
