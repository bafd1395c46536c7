// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KafkaRulesTest {
  @Test
  void topicsAloneAreEnoughToReadAndToWrite() {
    PipelineSpec spec =
        TestSettings.loader(
                "source.type=kafka; source.kafka.topics=[a, b]; kafka.bootstrap-servers=h:1;"
                    + "sink.kafka.alerts=c")
            .load();
    assertThat(spec.source().bounded()).isTrue();
    assertThat(spec.source().kafka().topics()).containsExactly("a", "b");
    assertThat(spec.sink().uri()).isNull();
    assertThat(spec.sink().kafka().topics()).isEqualTo(List.of("c"));
    assertThat(spec.sink().kafka().delivery()).isEqualTo(PipelineSpec.Delivery.EXACTLY_ONCE);
  }

  @Test
  void atLeastOnceAllResultsMayGoToOneTopic() {
    PipelineSpec spec =
        TestSettings.loader(
                "source.path=in; kafka.bootstrap-servers=h:1; sink.kafka.delivery=at-least-once;"
                    + "sink.kafka.scores=t; sink.kafka.alerts=t")
            .load();
    assertThat(spec.sink().kafka().topics()).containsExactly("t", "t");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          source.type=kafka; source.kafka.topics=[a]; sink.directory=d | kafka.bootstrap-servers must be given to read or write Kafka topics: HOST:PORT
          source.path=in; sink.kafka.late=t | kafka.bootstrap-servers must be given
          source.path=in; sink.directory=d; control.topic=t | kafka.bootstrap-servers must be given
          source.type=kafka; kafka.bootstrap-servers=h:1; sink.directory=d | source.kafka.topics must name at least one topic for source.type kafka
          source.path=in | sink.directory must be given: where the results go (--output DIR)
          source.path=in; archive=alerts; kafka.bootstrap-servers=h:1; sink.kafka.alerts=t | sink.directory must be given with archive: alerts
          source.path=in; sink.readings=true; kafka.bootstrap-servers=h:1; sink.kafka.alerts=t | sink.directory must be given with sink.readings
          source.path=in; sink.directory=d; kafka.bootstrap-servers=h:1; control.topic=t; control.directory=c | control.topic must not be given with control.directory: choose one
          source.path=in; kafka.bootstrap-servers=h:1; sink.kafka.dead-letters=t; limits.dead-letter-bytes=100001 | limits.dead-letter-bytes must be at most 100000 when dead letters go to Kafka, was 100001
          source.path=in; sink.directory=d; source.kafka.start=2026-02-30T00:00:00Z | source.kafka.start must be a date that exists, was 2026-02-30T00:00:00Z
          source.path=in; sink.directory=d; source.kafka.max-drift=0 s | source.kafka.max-drift must be positive
          source.path=in; kafka.bootstrap-servers=h:1; sink.kafka.scores=t; sink.kafka.models=u; sink.kafka.alerts=t | sink.kafka.alerts must be another topic than sink.kafka.scores with sink.kafka.delivery exactly-once, was "t": give each a topic of its own, or choose at-least-once
          source.path=in; sink.kafka.scores=a b | sink.kafka.scores must be
          """)
  void whatCannotWorkIsRefused(String settings, String problem) {
    SpecLoader loader = TestSettings.loader(settings);
    assertThatThrownBy(loader::load)
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining(problem);
  }
}
