// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.detector.ZScore;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.threshold.ThresholdRule;
import io.caddis.operators.ModelUpdate;
import io.caddis.operators.ModelVerdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryOperatorTest {
  private static final long HOUR = 3_600_000;

  @TempDir Path folder;

  private RegistryTarget target(boolean byGroup) {
    return new RegistryTarget(
        folder.resolve("registry").toString(),
        "pump",
        byGroup,
        "caddis: in",
        new HashMap<>(),
        "timestamp",
        "key",
        List.of(),
        "0123456789ab");
  }

  private ModelRegistry registry() throws IOException {
    return target(false).open();
  }

  private static ModelUpdate model(String group, int hour) {
    return model(group, hour, null);
  }

  private static ModelUpdate model(String group, int hour, ModelVerdict verdict) {
    byte[] bytes =
        ModelCodec.encode(
            new ModelTrainer(
                    new FeatureSchema(List.of(new Feature("x", Encoding.NUMERIC))),
                    new ZScore(),
                    Scaling.ROBUST,
                    new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.01))
                .fit(
                    IntStream.range(0, 50)
                        .mapToObj(i -> new Row(new double[] {i + hour}, new String[0]))
                        .toList(),
                    1));
    String sha256 = ModelCodec.sha256(bytes);
    return new ModelUpdate(
        group,
        "of hour " + hour,
        "zscore",
        (hour - 1) * HOUR,
        hour * HOUR,
        50,
        50,
        "contamination 0.01",
        null,
        null,
        sha256,
        bytes,
        0,
        null,
        verdict,
        null,
        1);
  }

  private static OneInputStreamOperatorTestHarness<ModelUpdate, Void> harness(RegistryTarget target)
      throws Exception {
    return new OneInputStreamOperatorTestHarness<>(new RegistryOperator(target), 1, 1, 0);
  }

  private static void send(
      OneInputStreamOperatorTestHarness<ModelUpdate, Void> harness, ModelUpdate model)
      throws Exception {
    harness.processElement(new StreamRecord<>(model));
  }

  @Test
  void aModelThatWasRolledBackIsNotedOnceAndOneThatIsNotHereIsNot() throws Exception {
    ModelVerdict rolledBack =
        new ModelVerdict(ModelVerdict.Decision.ROLLED_BACK, "because", 2 * HOUR);
    ModelVerdict refused = new ModelVerdict(ModelVerdict.Decision.REFUSED, "because", 3 * HOUR);
    for (int run = 0; run < 2; run++) {
      try (var harness = harness(target(false))) {
        harness.open();
        send(harness, model("", 1));
        send(harness, model("", 1, rolledBack));
        send(harness, model("", 2, rolledBack));
        send(harness, model("", 3, refused));
        harness.endInput();
      }
    }

    List<String> versions = registry().versions("pump");
    assertThat(versions).hasSize(1);
    assertThat(registry().aliases("pump").changes())
        .extracting(change -> change.action() + ' ' + change.version())
        .containsExactly("withdraw " + versions.get(0));
  }

  @Test
  void aModelIsPublishedWhenTheCheckpointThatHoldsItIsComplete() throws Exception {
    try (var harness = harness(target(false))) {
      harness.open();
      send(harness, model("", 1));
      harness.snapshot(1, 1);
      send(harness, model("", 2));
      assertThat(registry().versions("pump")).isEmpty();

      harness.notifyOfCompletedCheckpoint(1);
      assertThat(registry().versions("pump")).hasSize(1);
      assertThat(registry().versions("pump").get(0)).startsWith("19700101T010000000Z-");

      harness.endInput();
      assertThat(registry().versions("pump")).hasSize(2);
      ModelMetadata second = registry().metadata("pump", "latest");
      assertThat(second.parent()).isEqualTo(registry().versions("pump").get(0));
      assertThat(second.training().rows()).isEqualTo(50);
      assertThat(second.training().configVersion()).isEqualTo("0123456789ab");
      assertThat(second.sha256()).isEqualTo(model("", 2).sha256());
    }
  }

  @Test
  void aRestartNeitherLosesNorDoublesAVersion() throws Exception {
    OperatorSubtaskState state;
    try (var harness = harness(target(false))) {
      harness.open();
      send(harness, model("", 1));
      state = harness.snapshot(1, 1);
      harness.notifyOfCompletedCheckpoint(1);
      send(harness, model("", 2));
    }
    try (var harness = harness(target(false))) {
      harness.initializeState(state);
      harness.open();
      send(harness, model("", 2));
      harness.snapshot(2, 2);
      harness.notifyOfCompletedCheckpoint(2);
    }
    assertThat(registry().versions("pump")).hasSize(2);
    assertThat(registry().verify("pump")).isEmpty();
  }

  @Test
  void aRegistryThatCannotBeWrittenIsTriedAgainAndNeverFailsTheJob() throws Exception {
    Path inTheWay = Files.writeString(folder.resolve("registry"), "a file");
    OperatorSubtaskState state;
    try (var harness = harness(target(false))) {
      harness.open();
      send(harness, model("", 1));
      harness.snapshot(1, 1);
      harness.notifyOfCompletedCheckpoint(1);
      state = harness.snapshot(2, 2);
    }
    Files.delete(inTheWay);
    try (var harness = harness(target(false))) {
      harness.initializeState(state);
      harness.open();
      harness.notifyOfCompletedCheckpoint(2);
    }
    assertThat(registry().versions("pump")).hasSize(1);
  }

  @Test
  void aRollbackWaitsForTheModelThatCouldNotBePublishedButNotForThoseOfOtherGroups()
      throws Exception {
    RegistryTarget target = target(true);
    ModelVerdict rolledBack =
        new ModelVerdict(ModelVerdict.Decision.ROLLED_BACK, "because", 2 * HOUR);
    Files.createDirectories(folder.resolve("registry"));
    Path inTheWay = Files.writeString(folder.resolve("registry/pump.a"), "a file");
    try (var harness = harness(target)) {
      harness.open();
      send(harness, model("a", 1));
      send(harness, model("b", 1));
      harness.snapshot(1, 1);
      harness.notifyOfCompletedCheckpoint(1);
      send(harness, model("a", 1, rolledBack));
      send(harness, model("b", 1, rolledBack));
      harness.snapshot(2, 2);
      harness.notifyOfCompletedCheckpoint(2);
      assertThat(changes("pump.b")).containsExactly("withdraw");

      Files.delete(inTheWay);
      harness.snapshot(3, 3);
      harness.notifyOfCompletedCheckpoint(3);
    }
    assertThat(registry().versions("pump.a")).hasSize(1);
    assertThat(changes("pump.a")).containsExactly("withdraw");
  }

  private List<String> changes(String name) throws IOException {
    return registry().aliases(name).changes().stream().map(change -> change.action()).toList();
  }

  @Test
  void theOldestOfMoreThanMayWaitIsPublishedWithoutACheckpoint() throws Exception {
    try (var harness = harness(target(false))) {
      harness.open();
      for (int hour = 1; hour <= RegistryOperator.MOST_WAITING; hour++) {
        send(harness, model("", hour));
      }
      assertThat(registry().versions("pump")).isEmpty();

      send(harness, model("", RegistryOperator.MOST_WAITING + 1));
      assertThat(registry().versions("pump")).hasSize(1);
      assertThat(registry().metadata("pump", "latest").sha256()).isEqualTo(model("", 1).sha256());
    }
  }

  @Test
  void ofMoreGroupsThanMayHaveANameTheFirstHaveOne() throws Exception {
    try (var harness =
        new OneInputStreamOperatorTestHarness<>(new RegistryOperator(target(true), 2), 1, 1, 0)) {
      harness.open();
      for (String sensor : List.of("s0", "s1", "s2", "s0")) {
        send(harness, model(sensor, 1));
      }
      send(harness, model("s0", 2));
      harness.endInput();
    }
    assertThat(registry().names()).containsExactly("pump.s0", "pump.s1");
    assertThat(registry().versions("pump.s0")).hasSize(2);
  }

  @Test
  void eachGroupHasANameOfItsOwnWhateverItIsCalled() throws Exception {
    RegistryTarget target = target(true);
    try (var harness = harness(target)) {
      harness.open();
      send(harness, model("boiler-7", 1));
      send(harness, model("../etc", 1));
      send(harness, model("x".repeat(200), 1));
      harness.endInput();
    }
    assertThat(registry().names()).hasSize(3).contains("pump.boiler-7");
    assertThat(registry().names()).allMatch(name -> name.startsWith("pump."));
    ModelMetadata odd = registry().metadata(target.nameOf("../etc"), "latest");
    assertThat(odd.training().group()).isEqualTo("../etc");
  }
}
