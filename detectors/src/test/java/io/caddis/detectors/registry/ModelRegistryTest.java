// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelFormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelRegistryTest {
  @TempDir Path root;

  private ModelRegistry registry;

  @BeforeEach
  void open() {
    registry = TestModels.registry(root);
  }

  private String publish(long seed) throws IOException {
    return registry.publish("pump", TestModels.model(seed), TestModels.TRAINING).version();
  }

  @Test
  void aNameIsTooLongWhereNoNameFitsBehindIt() {
    assertThat(ModelMetadata.nameOf("m".repeat(110), "a/b")).hasSize(128).startsWith("mmm");
    assertThat(ModelRegistry.checkedName(ModelMetadata.nameOf("m".repeat(110), "a/b"))).isNotNull();
    assertThatThrownBy(() -> ModelMetadata.nameOf("m".repeat(111), "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("name must be at most 110 characters");
  }

  @Test
  void aPublishedModelLoadsAsItWas() throws IOException {
    Model model = TestModels.model(1);
    ModelMetadata published = registry.publish("pump", model, TestModels.TRAINING);

    RegisteredModel loaded = registry.load("pump", published.version());
    assertThat(ModelCodec.encode(loaded.model())).isEqualTo(ModelCodec.encode(model));
    assertThat(loaded.metadata()).isEqualTo(published);
    assertThat(registry.names()).containsExactly("pump");
  }

  @Test
  void metadataSayWhatTheModelIs() throws IOException {
    String version = publish(7);
    String json = Files.readString(root.resolve("pump").resolve(version).resolve("metadata.json"));

    assertThat(version).startsWith("20260102T030405678Z-");
    assertThat(json)
        .contains("\"algorithm\" : \"isolation_forest\"")
        .contains("\"created_at\" : \"2026-01-02T03:04:05.678Z\"")
        .contains("\"parent\" : null")
        .contains("\"scaler\" : \"robust\"")
        .contains("\"seed\" : 7")
        .contains("\"rule\" : \"contamination 0.02\"")
        .contains("\"flagged_share\" : 0.025")
        .doesNotContain("NaN");
    ModelMetadata.FeatureEntry first = registry.metadata("pump", version).features().get(0);
    assertThat(first.name()).isEqualTo("country");
    assertThat(first.encoding()).isEqualTo("label");
    assertThat(first.categories()).isPositive();
  }

  @Test
  void versionsSortByAgeThoughTheClockStandsStill() throws IOException {
    List<String> published = List.of(publish(3), publish(2), publish(1));

    assertThat(registry.versions("pump")).isEqualTo(published);
    assertThat(registry.resolve("pump", "latest")).isEqualTo(published.get(2));
  }

  @Test
  void theParentIsTheChampionAtThatTime() throws IOException {
    String first = publish(1);
    registry.promote("pump", first);

    assertThat(registry.metadata("pump", publish(2)).parent()).isEqualTo(first);
  }

  @Test
  void promotionKeepsTheOldChampionAndRollbackReturnsToIt() throws IOException {
    String first = publish(1);
    String second = publish(2);
    registry.promote("pump", first);
    registry.challenge("pump", second);
    assertThat(registry.resolve("pump", "challenger")).isEqualTo(second);

    Aliases promoted = registry.promote("pump", "challenger");
    assertThat(promoted.champion()).isEqualTo(second);
    assertThat(promoted.previous()).isEqualTo(first);
    assertThat(promoted.challenger()).isNull();

    Aliases back = registry.rollback("pump");
    assertThat(back.champion()).isEqualTo(first);
    assertThat(back.previous()).isEqualTo(second);
    assertThat(registry.rollback("pump").champion()).isEqualTo(second);
    assertThat(registry.aliases("pump").changes())
        .extracting(Aliases.Change::action)
        .containsExactly("promote", "challenge", "promote", "rollback", "rollback");
  }

  @Test
  void theChampionIsNeverTheChallenger() throws IOException {
    String first = publish(1);
    String second = publish(2);
    registry.promote("pump", first);
    registry.promote("pump", second);
    registry.challenge("pump", first);

    Aliases back = registry.rollback("pump");
    assertThat(back.champion()).isEqualTo(first);
    assertThat(back.challenger()).isNull();
    assertThat(registry.aliases("pump")).isEqualTo(back);
    assertThatThrownBy(() -> registry.challenge("pump", "champion"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("challenger must not be the champion");
    assertThat(registry.aliases("pump")).isEqualTo(back);
  }

  @Test
  void promotingTheChampionAgainDoesNotForgetThePreviousOne() throws IOException {
    String first = publish(1);
    String second = publish(2);
    registry.promote("pump", first);
    registry.promote("pump", second);

    assertThat(registry.promote("pump", second).previous()).isEqualTo(first);
  }

  @Test
  void withoutAPreviousChampionThereIsNoRollback() throws IOException {
    registry.promote("pump", publish(1));

    assertThatThrownBy(() -> registry.rollback("pump"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pump has no previous");
  }

  @Test
  void aDeletedVersionIsGoneAndItsIdIsNotUsedAgain() throws IOException {
    String version = publish(1);
    registry.delete("pump", version, false);
    assertThat(registry.names()).isEmpty();

    String again = publish(1);
    assertThat(again).isNotEqualTo(version);
    assertThat(registry.versions("pump")).containsExactly(again);
    assertThat(root.resolve("pump/.deleted-" + version + "/metadata.json")).exists();
    assertThat(root.resolve("pump/.deleted-" + version + "/model.cadm")).doesNotExist();
  }

  @Test
  void aVersionWithAnAliasIsDeletedByForceOnly() throws IOException {
    String version = publish(1);
    registry.promote("pump", version);

    assertThatThrownBy(() -> registry.delete("pump", version, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is champion");
    registry.delete("pump", version, true);
    assertThat(registry.aliases("pump").champion()).isNull();
    assertThat(registry.verify("pump")).isEmpty();
  }

  @Test
  void retentionDeletesTheOldestWithoutAlias() throws IOException {
    String champion = publish(1);
    String second = publish(2);
    String third = publish(3);
    String fourth = publish(4);
    registry.promote("pump", champion);

    assertThat(registry.retain("pump", 2)).containsExactly(second, third);
    assertThat(registry.versions("pump")).containsExactly(champion, fourth);
    assertThat(registry.retain("pump", 1)).containsExactly(fourth);
    assertThat(registry.retain("pump", 1)).isEmpty();
  }

  @Test
  void aDamagedModelDoesNotLoadAndIsNotPromoted() throws IOException {
    String version = publish(1);
    Path file = root.resolve("pump").resolve(version).resolve("model.cadm");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(() -> registry.load("pump", version))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("damaged");
    assertThatThrownBy(() -> registry.promote("pump", version))
        .isInstanceOf(ModelFormatException.class);
    assertThat(registry.verify("pump")).containsOnlyKeys(version);
  }

  @Test
  void anotherModelInItsPlaceIsNotTaken() throws IOException {
    String first = publish(1);
    String second = publish(2);
    Files.copy(
        root.resolve("pump").resolve(second).resolve("model.cadm"),
        root.resolve("pump").resolve(first).resolve("model.cadm"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);

    assertThat(registry.verify("pump")).containsOnlyKeys(first);
  }

  @Test
  void aliasesOfAVersionThatIsGoneAreToldByVerify() throws IOException {
    String version = publish(1);
    registry.promote("pump", version);
    registry.publish("pump", TestModels.model(2), TestModels.TRAINING);
    new LocalRegistryFiles(root).delete("pump/" + version);

    assertThat(registry.verify("pump").get(version)).contains("champion");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "../x", "a/b", "a\\b", ".hidden", "-x", "a\0b", "ä", "a b", "%2e"})
  void namesThatCouldLeaveTheRegistryAreRefused(String name) {
    assertThatThrownBy(() -> registry.publish(name, TestModels.model(1), TestModels.TRAINING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("name must have");
    assertThatThrownBy(() -> registry.load(name, "latest"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(root).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../pump", "", "2027", "/", "champion", "aliases.json"})
  void referencesThatMeanNoVersionAreRefused(String reference) throws IOException {
    publish(1);

    assertThatThrownBy(() -> registry.load("pump", reference))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theBeginningOfAVersionIsEnoughWhenOnlyOneHasIt() throws IOException {
    String first = publish(1);
    publish(2);

    assertThat(registry.resolve("pump", first.substring(0, 19))).isEqualTo(first);
    assertThatThrownBy(() -> registry.resolve("pump", "2026"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anArchiveCarriesAVersionToAnotherRegistry(@TempDir Path elsewhere) throws IOException {
    String version = publish(1);
    byte[] archive = ModelArchive.export(registry, "pump", "latest");
    ModelRegistry other = TestModels.registry(elsewhere);

    assertThat(ModelArchive.add(other, archive, null).version()).isEqualTo(version);
    assertThat(other.load("pump", version).metadata())
        .isEqualTo(registry.metadata("pump", version));
    assertThat(ModelArchive.add(other, archive, "copy").name()).isEqualTo("copy");
    assertThat(other.verify("copy")).isEmpty();
    assertThat(ModelArchive.export(other, "pump", version)).isEqualTo(archive);
    assertThatThrownBy(() -> ModelArchive.add(other, archive, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be new");
    assertThatThrownBy(() -> ModelArchive.add(other, archive, "../x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsNoArchiveIsRefused() {
    for (byte[] bytes : List.of(new byte[0], "PK".getBytes(StandardCharsets.US_ASCII))) {
      assertThatThrownBy(() -> ModelArchive.add(registry, bytes, "x"))
          .isInstanceOf(ModelFormatException.class);
    }
  }

  @Test
  void metadataWithoutWhatTheyMustSayAreRefused() throws IOException {
    String version = publish(1);
    Path file = root.resolve("pump").resolve(version).resolve("metadata.json");
    String json = Files.readString(file);
    for (String broken :
        List.of("", "{}", "null", json.replace("\"format\" : 1", "\"format\" : 2"))) {
      Files.writeString(file, broken);
      assertThat(registry.verify("pump")).containsOnlyKeys(version);
    }
    Files.writeString(file, json.replace("\"format\" : 1", "\"format\" : 1, \"later\" : 5"));
    assertThat(registry.verify("pump")).isEmpty();
  }

  @Test
  void aModelPublishedAgainForTheSameTimeIsTheSameVersion() throws IOException {
    Instant end = Instant.parse("2026-01-02T00:00:00Z");
    byte[] bytes = ModelCodec.encode(TestModels.model(1));
    String first = registry.publishOnce("pump", end, bytes, TestModels.TRAINING);
    ModelMetadata before = registry.metadata("pump", first);
    ModelRegistry other = new ModelRegistry(new LocalRegistryFiles(root), () -> end.plusSeconds(9));

    assertThat(first).startsWith("20260102T000000000Z-");
    assertThat(other.publishOnce("pump", end, bytes, TestModels.TRAINING)).isEqualTo(first);
    assertThat(registry.versions("pump")).containsExactly(first);
    assertThat(registry.metadata("pump", first)).isEqualTo(before);
    assertThat(ModelCodec.encode(registry.load("pump", "latest").model())).isEqualTo(bytes);

    String next =
        registry.publishOnce(
            "pump",
            end.plusSeconds(3600),
            ModelCodec.encode(TestModels.model(2)),
            TestModels.TRAINING);
    assertThat(registry.metadata("pump", next).parent()).isEqualTo(first);
    registry.delete("pump", first, false);
    registry.publishOnce("pump", end, bytes, TestModels.TRAINING);
    assertThat(registry.versions("pump")).as("deleted for good").containsExactly(next);
  }

  @Test
  void withoutItsMetricsATrainingIsTheSame() {
    ModelMetadata.Training given = TestModels.TRAINING;
    ModelMetadata.Training job =
        new ModelMetadata.Training(
            given.dataSource(),
            given.parameters(),
            given.timeField(),
            "sensor",
            List.of("hour"),
            given.from(),
            given.to(),
            given.rows(),
            given.metrics(),
            "north",
            "v7",
            "drift");
    assertThat(job.withoutMetrics().metrics()).isEmpty();
    assertThat(job.withoutMetrics())
        .usingRecursiveComparison()
        .ignoringFields("metrics")
        .isEqualTo(job);
  }
}
