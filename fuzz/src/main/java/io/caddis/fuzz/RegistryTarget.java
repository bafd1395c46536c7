// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import static io.caddis.fuzz.Target.require;

import io.caddis.detectors.model.ModelFormatException;
import io.caddis.detectors.registry.ModelArchive;
import io.caddis.detectors.registry.ModelMetadata;
import io.caddis.detectors.registry.ModelRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a registry reads beside the models: the first byte says whether the rest is a description, a
 * file of aliases, or an archive. They are refused as documented; what is taken comes out of an
 * export and an import as it was, and the registry goes on working.
 */
final class RegistryTarget implements Target {
  private static final String NAME = "m";
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));

  private final MemoryFiles valid = new MemoryFiles();
  private final String version;

  RegistryTarget() {
    ModelRegistry registry = new ModelRegistry(valid, CLOCK);
    try {
      version =
          registry
              .publish(
                  NAME,
                  SmallModels.fitted("zscore"),
                  new ModelMetadata.Training(
                      "rows.csv", Map.of("k", 1), "t", "k", List.of(), null, null, 12, Map.of()))
              .version();
      registry.challenge(NAME, version);
      registry.promote(NAME, version);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> files() {
    return List.of(NAME + '/' + version + "/metadata.json", NAME + "/aliases.json");
  }

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    try {
      for (int i = 0; i < files().size(); i++) {
        seeds.add(prefixed(i, valid.content(files().get(i))));
      }
      seeds.add(
          prefixed(
              files().size(), ModelArchive.export(new ModelRegistry(valid, CLOCK), NAME, version)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return seeds;
  }

  private static byte[] prefixed(int first, byte[] rest) {
    byte[] bytes = new byte[rest.length + 1];
    bytes[0] = (byte) first;
    System.arraycopy(rest, 0, bytes, 1, rest.length);
    return bytes;
  }

  @Override
  public void read(byte[] input) throws IOException {
    if (input.length == 0) {
      return;
    }
    byte[] content = Arrays.copyOfRange(input, 1, input.length);
    int what = (input[0] & 0xff) % (files().size() + 1);
    MemoryFiles files = new MemoryFiles(valid);
    ModelRegistry registry = new ModelRegistry(files, CLOCK);
    if (what == files().size()) {
      add(new ModelRegistry(new MemoryFiles(), CLOCK), content);
    } else {
      files.put(files().get(what), content);
      use(registry);
    }
  }

  private static void use(ModelRegistry registry) throws IOException {
    try {
      registry.verify(NAME);
      for (String reference : List.of("latest", "champion", "challenger", "previous")) {
        ModelMetadata metadata = registry.metadata(NAME, reference);
        ModelMetadata copy =
            ModelArchive.add(
                new ModelRegistry(new MemoryFiles(), CLOCK),
                ModelArchive.export(registry, NAME, reference),
                null);
        require(metadata.equals(copy), "a copy must be %s, was %s", metadata, copy);
      }
    } catch (ModelFormatException | IllegalArgumentException e) {
      require(e.getMessage() != null, "a refusal must say why");
    }
    try {
      registry.promote(NAME, "latest");
      registry.rollback(NAME);
    } catch (ModelFormatException | IllegalArgumentException e) {
      require(e.getMessage() != null, "a refusal must say why");
    }
  }

  private static void add(ModelRegistry registry, byte[] archive) {
    try {
      ModelMetadata added = ModelArchive.add(registry, archive, null);
      require(
          registry.load(added.name(), added.version()).metadata().equals(added),
          "what was added must be there");
    } catch (ModelFormatException | IllegalArgumentException | IOException e) {
      require(
          e.getMessage() == null || e.getMessage().length() < 10_000, "a refusal must be short");
    }
  }
}
