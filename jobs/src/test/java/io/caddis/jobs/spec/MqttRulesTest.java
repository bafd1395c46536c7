// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MqttRulesTest {
  private static final String BROKER =
      "source.type=mqtt; source.mqtt.uri=mqtt://h; sink.directory=d; ";

  @Test
  void filtersWithWildcardsAndATopicEachSensorAreFine() {
    PipelineSpec spec =
        TestSettings.loader(
                BROKER + "source.mqtt.topics=[a/+/b, c/#, '#', /d]; source.mqtt.key=topic")
            .load();
    assertThat(spec.source().bounded()).isFalse();
    assertThat(spec.source().mqtt().key()).isEqualTo(MqttSpec.SensorName.TOPIC);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          source.type=mqtt; sink.directory=d; source.mqtt.topics=[a] | source.mqtt.uri must be given for source.type mqtt: mqtt://HOST
          source.type=mqtt; sink.directory=d; source.mqtt.uri=tcp://h:1; source.mqtt.topics=[a] | source.mqtt.uri must be mqtt://HOST:PORT, or mqtts://HOST:PORT with TLS, was 'tcp://h:1'
          source.type=mqtt; sink.directory=d; source.mqtt.uri=mqtt://h:70000; source.mqtt.topics=[a] | source.mqtt.uri must be mqtt://HOST:PORT
          source.type=mqtt; sink.directory=d; source.mqtt.uri=mqtt://h | source.mqtt.topics must name at least one topic
          source.type=mqtt; sink.directory=d; source.mqtt.uri=mqtt://h; source.mqtt.topics=[a/#/b] | source.mqtt.topics
          source.type=mqtt; sink.directory=d; source.mqtt.uri=mqtt://h; source.mqtt.topics=[a+] | source.mqtt.topics
          source.type=mqtt; sink.directory=d; source.mqtt.uri=mqtt://h; source.mqtt.topics=[a]; source.mqtt.key=topic; fields.key=k | fields.key must not be given with source.mqtt.key: topic
          source.type=mqtt; sink.directory=d; source.mqtt.uri=mqtt://h; source.mqtt.topics=[a]; source.mqtt.session-expiry=0 s | source.mqtt.session-expiry must be positive
          source.type=mqtt; sink.directory=d; source.mqtt.uri=mqtt://h; source.mqtt.topics=[a]; source.mqtt.session-expiry=50000 d | source.mqtt.session-expiry must be at most
          """)
  void whatCannotWorkIsRefused(String settings, String problem) {
    SpecLoader loader = TestSettings.loader(settings);
    assertThatThrownBy(loader::load)
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void aLoginInTheUriIsRefusedWithoutBeingRepeated() {
    SpecLoader loader = TestSettings.loader(BROKER + "source.mqtt.uri=mqtt://me:hunter2@h");
    assertThatThrownBy(loader::load)
        .hasMessageContaining("must hold no login: that belongs to source.mqtt.properties")
        .hasMessageNotContaining("hunter2");
  }
}
