// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.detector.ZScore;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.registry.ModelArchive;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import io.caddis.detectors.threshold.ThresholdRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The registry where nothing can be renamed, locked or appended to. */
class ObjectRegistryFilesTest {
  private static final ModelMetadata.Training TRAINING =
      new ModelMetadata.Training(
          "readings.csv", Map.of(), null, null, List.of(), null, null, 50, Map.of());

  private final String store = "objects://" + UUID.randomUUID() + "/models";

  private static Model model(int seed) {
    return new ModelTrainer(
            new FeatureSchema(List.of(new Feature("x", Encoding.NUMERIC))),
            new ZScore(),
            Scaling.ROBUST,
            new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.01))
        .fit(
            IntStream.range(0, 50)
                .mapToObj(i -> new Row(new double[] {i * i + seed}, new String[0]))
                .toList(),
            seed);
  }

  private static String publish(ModelRegistry registry, int seed) throws IOException {
    return registry.publish("pump", model(seed), TRAINING).version();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void modelsAreKeptPromotedAndDeletedOnAnyFileSystem(
      boolean objects, @TempDir java.nio.file.Path folder) throws IOException {
    ModelRegistry registry =
        objects
            ? Registries.open(store)
            : new ModelRegistry(
                new ObjectRegistryFiles(new Path(folder.resolve("r").toUri())), Clock.systemUTC());
    assertThat(registry.names()).isEmpty();
    String first = publish(registry, 1);
    String second = publish(registry, 2);
    registry.promote("pump", first);
    registry.promote("pump", second);

    assertThat(registry.names()).containsExactly("pump");
    assertThat(registry.versions("pump")).containsExactly(first, second);
    assertThat(ModelCodec.encode(registry.load("pump", "champion").model()))
        .isEqualTo(ModelCodec.encode(model(2)));
    assertThat(registry.rollback("pump").champion()).isEqualTo(first);
    assertThat(registry.aliases("pump").changes()).hasSize(3);

    registry.delete("pump", second, true);
    assertThat(registry.versions("pump")).containsExactly(first);
    byte[] archive = ModelArchive.export(registry, "pump", first);
    assertThat(ModelArchive.add(registry, archive, "copy").version()).isEqualTo(first);
    assertThatThrownBy(() -> ModelArchive.add(registry, archive, "copy"))
        .hasMessageContaining("must be new");
    assertThat(registry.verify("pump")).isEmpty();
    assertThat(registry.verify("copy")).isEmpty();
  }

  private interface Change {
    void on(ModelRegistry registry) throws IOException;
  }

  @Test
  void whateverChangeOfTheStoreAWriterDiesAtEveryListedVersionLoads() throws IOException {
    List<Change> changes =
        List.of(
            r -> publish(r, 5),
            r -> r.promote("pump", "latest"),
            r -> r.delete("pump", "champion", true),
            r -> r.retain("pump", 1));
    ModelRegistry registry = Registries.open(store);
    int deaths = 0;
    for (Change change : changes) {
      for (int steps = 0; steps < 10; steps++) {
        publish(registry, steps);
        registry.promote("pump", "latest");
        publish(registry, steps + 1);
        ObjectStore.of(store).failAfter(steps);
        try {
          change.on(registry);
        } catch (IOException killed) {
          deaths++;
        }
        ObjectStore.of(store).failAfter(Integer.MAX_VALUE);
        assertThat(registry.verify("pump")).isEmpty();
      }
    }
    assertThat(deaths).isGreaterThan(15);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void threadsThatPublishAndPromoteAtOnceLoseNothing(
      boolean objects, @TempDir java.nio.file.Path folder) throws Exception {
    String location = objects ? store : folder.toString();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int writer = 0; writer < 4; writer++) {
      int seed = writer;
      Thread thread =
          new Thread(
              () -> {
                try {
                  ModelRegistry registry = Registries.open(location);
                  for (int i = 0; i < 20; i++) {
                    registry.promote("pump", publish(registry, 100 * i + seed));
                  }
                } catch (IOException | RuntimeException e) {
                  failures.add(e);
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    ModelRegistry registry = Registries.open(location);

    assertThat(failures).isEmpty();
    assertThat(registry.versions("pump")).hasSize(80).doesNotHaveDuplicates();
    assertThat(registry.aliases("pump").changes()).hasSize(80);
    assertThat(registry.verify("pump")).isEmpty();
  }

  @Test
  void ofAFileThatIsReplacedTheLatestWholeContentCountsAndFewAreKept() throws IOException {
    ObjectRegistryFiles files = new ObjectRegistryFiles(new Path(store));
    byte[] before = null;
    for (int i = 0; i < 9; i++) {
      byte[] after = ("content " + i).getBytes(StandardCharsets.UTF_8);
      assertThat(files.replace("pump/a", before, after)).isTrue();
      before = after;
    }
    assertThat(ObjectStore.of(store).objects()).hasSize(3);
    assertThat(files.replace("pump/a", new byte[1], new byte[2])).isFalse();

    ObjectStore.of(store).objects().put("/models/pump/a.0000000010", new byte[70]);
    assertThat(files.current("pump/a", 100)).asString().isEqualTo("content 8");
    assertThat(files.replace("pump/a", before, new byte[] {'x'})).isTrue();
    assertThat(files.current("pump/a", 100)).asString().isEqualTo("x");
  }

  @Test
  void aDirectoryIsThereOnceAndHiddenUntilItsLastFileIsWritten() throws IOException {
    ObjectRegistryFiles files = new ObjectRegistryFiles(new Path(store));
    files.create("pump/v1", Map.of("f", new byte[3]));
    ObjectStore.of(store).objects().put("/models/pump/v2/f", new byte[3]);

    assertThat(files.list("pump")).containsExactly("v1");
    assertThatThrownBy(() -> files.create("pump/v1", Map.of()))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> files.read("pump/v1/f", 2)).hasMessageContaining("at most 2 bytes");
    assertThat(files.read("pump/v1/g", 2)).isNull();
  }

  @Test
  void aFileSystemThatFlinkDoesNotKnowIsRefusedWithItsPlugin() {
    assertThatThrownBy(() -> Registries.open("s3://bucket/models"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("s3://bucket/models")
        .hasMessageContaining("FLINK_PLUGINS_DIR")
        .hasMessageContaining("flink-s3-fs-hadoop");
  }
}
