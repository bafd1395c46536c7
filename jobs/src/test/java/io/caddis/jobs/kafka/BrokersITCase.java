// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.broker.KafkaBroker;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.jobs.spec.SpecLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with brokers is told before a job starts, by a real broker. */
class BrokersITCase {
  @TempDir private static Path shared;

  private static KafkaBroker broker;

  @TempDir Path directory;

  @BeforeAll
  static void startBroker() throws IOException {
    broker = KafkaBroker.start(shared.resolve("broker"));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private static String topic(String name) {
    broker.createTopic(name, 1);
    return name;
  }

  private static PipelineSpec spec(String... settings) {
    SpecLoader loader = new SpecLoader(name -> null);
    loader.set("source.type", "kafka", "test");
    loader.set("kafka.bootstrap-servers", broker.bootstrapServers(), "test");
    loader.set("features", "[{name: x}]", "test");
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      loader.set(parts[0], parts[1], "test");
    }
    return loader.load();
  }

  @Test
  void settingsOfClientsComeFromTheirFile() throws Exception {
    Path file = directory.resolve("client.properties");
    String[] settings = {
      "source.kafka.topics=[" + topic("secured") + "]",
      "sink.directory=" + directory.resolve("out"),
      "kafka.properties=" + file
    };
    assertThatThrownBy(() -> Brokers.check(spec(settings)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kafka.properties must be a readable file of properties in UTF-8, was " + file);
    Files.writeString(
        file,
        """
        security.protocol=SASL_PLAINTEXT
        sasl.mechanism=PLAIN
        sasl.jaas.config=nonsense secret
        """);
    assertThatThrownBy(() -> Brokers.check(spec(settings)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("kafka.bootstrap-servers must be brokers that answer here")
        .hasMessageEndingWith("with the settings of " + file)
        .hasMessageNotContaining("secret");
  }

  @Test
  void aTopicThatDoesNotExistIsToldBeforeTheJobStarts() {
    PipelineSpec spec =
        spec("source.kafka.topics=[nowhere]", "sink.directory=" + directory.resolve("out"));
    assertThatThrownBy(() -> Brokers.check(spec))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("topic 'nowhere' must exist, the brokers know none of that name: create it");
  }

  @Test
  void aTransactionTimeoutBeyondTheBrokersLimitIsToldBeforeTheJobStarts() {
    String topic = topic("timeouts");
    String[] settings = {
      "source.kafka.topics=[" + topic + "]",
      "sink.kafka.scores=" + topic,
      "sink.kafka.transaction-timeout=1 h"
    };
    assertThatThrownBy(() -> Brokers.check(spec(settings)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "must be at most what the brokers allow, 900000 ms (transaction.max.timeout.ms), was"
                + " 3600000 ms");
    settings[2] = "sink.kafka.delivery=at-least-once";
    Brokers.check(spec(settings));
  }
}
