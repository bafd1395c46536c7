// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.simulate.SensorSimulator;
import io.caddis.jobs.spec.SpecLoader;
import java.util.List;
import org.junit.jupiter.api.Test;

class DetectionPlanTest {
  private static boolean labelled(String key, String value) {
    SpecLoader loader = new SpecLoader(name -> null);
    loader.set("source.path", "in", "test");
    loader.set("sink.directory", "out", "test");
    loader.set("kafka.bootstrap-servers", "localhost:9092", "test");
    loader.set("training.scope", "global", "test");
    loader.set(key, value, "test");
    return DetectionPlan.of(loader.load(), SensorSimulator.layout()).training().labelled();
  }

  private static String chosen(String detector, RecordLayout.Column... columns) {
    SpecLoader loader = new SpecLoader(name -> null);
    loader.set("source.path", "in", "test");
    loader.set("sink.directory", "out", "test");
    loader.set("detector.name", detector, "test");
    RecordLayout layout = RecordLayout.table(List.of(columns));
    return DetectionPlan.of(loader.load(), layout).detector().detector();
  }

  @Test
  void autoIsAForestOnlyWhereTextTellsReadingsApart() {
    RecordLayout.Column flow = new RecordLayout.Column("flow", Encoding.NUMERIC);
    RecordLayout.Column mode = RecordLayout.Column.steady("mode");
    RecordLayout.Column request = new RecordLayout.Column("request", Encoding.CATEGORY);
    assertThat(chosen("auto", flow, mode)).isEqualTo("auto");
    assertThat(chosen("auto", flow, mode, request)).isEqualTo("isolation_forest");
    assertThat(chosen("auto", mode)).isEqualTo("isolation_forest");
    assertThat(chosen("mewma", flow, mode, request)).isEqualTo("mewma");
  }

  @Test
  void samplesKnowTheSensorsOfTheirRowsWhereverCommandsComeFrom() {
    assertThat(labelled("control.directory", "commands")).isTrue();
    assertThat(labelled("control.topic", "commands")).isTrue();
    assertThat(labelled("control.poll-interval", "1 s")).isFalse();
  }
}
