// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.simulate.SensorSimulator;
import io.caddis.jobs.spec.SpecLoader;
import org.junit.jupiter.api.Test;

class DetectionPlanTest {
  private static boolean labelled(String key, String value) {
    SpecLoader loader = new SpecLoader(name -> null);
    loader.set("source.path", "in", "test");
    loader.set("sink.directory", "out", "test");
    loader.set("kafka.bootstrap-servers", "localhost:9092", "test");
    loader.set("training.scope", "global", "test");
    loader.set(key, value, "test");
    return DetectionPlan.of(loader.load(), SensorSimulator.layout().fields(), null)
        .training()
        .labelled();
  }

  @Test
  void samplesKnowTheSensorsOfTheirRowsWhereverCommandsComeFrom() {
    assertThat(labelled("control.directory", "commands")).isTrue();
    assertThat(labelled("control.topic", "commands")).isTrue();
    assertThat(labelled("control.poll-interval", "1 s")).isFalse();
  }
}
