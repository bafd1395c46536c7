// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.registry;

import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelFormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.LocalDateTime;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * One version as one file: a zip of {@code metadata.json} and {@code model.cadm}. The same version
 * gives the same bytes.
 */
public final class ModelArchive {
  /** Longest archive, bytes. */
  public static final int MAX_BYTES = ModelCodec.MAX_BYTES + (1 << 20);

  private static final int MAX_ENTRIES = 16;
  private static final String METADATA = "metadata.json";
  private static final String MODEL = "model.cadm";

  private ModelArchive() {}

  /** A version as an archive, after it has been verified. */
  public static byte[] export(ModelRegistry registry, String name, String reference)
      throws IOException {
    ModelMetadata metadata = registry.metadata(name, reference);
    byte[] model = registry.bytes(metadata);
    ModelRegistry.decode(metadata, model);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      entry(zip, METADATA, RegistryJson.write(metadata));
      entry(zip, MODEL, model);
    }
    return bytes.toByteArray();
  }

  private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
    zip.putNextEntry(entry);
    zip.write(content);
  }

  /**
   * Adds an archive's version to a registry, under its own version id.
   *
   * @param name of the model there; null = as in the archive
   * @throws ModelFormatException when it is no such archive, or damaged
   * @throws IllegalArgumentException when the registry has or had this version
   */
  public static ModelMetadata add(ModelRegistry registry, byte[] archive, @Nullable String name)
      throws IOException {
    byte[] json = null;
    byte[] model = null;
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      int entries = 0;
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (++entries > MAX_ENTRIES) {
          throw new ModelFormatException("archive must have at most " + MAX_ENTRIES + " entries");
        }
        if (entry.getName().equals(METADATA)) {
          json = content(zip, METADATA);
        } else if (entry.getName().equals(MODEL)) {
          model = content(zip, MODEL);
        }
      }
    }
    if (json == null || model == null) {
      throw new ModelFormatException(
          "archive must be a zip of " + METADATA + " and " + MODEL + ", was not");
    }
    ModelMetadata metadata = RegistryJson.read(json, ModelMetadata.class, METADATA);
    return registry.add(name == null ? metadata : metadata.named(name), model);
  }

  /** An entry's content; what it claims to hold is not believed. */
  private static byte[] content(ZipInputStream zip, String name) throws IOException {
    byte[] content = zip.readNBytes(ModelCodec.MAX_BYTES + 1);
    if (content.length > ModelCodec.MAX_BYTES) {
      throw new ModelFormatException(
          name + " must have at most " + ModelCodec.MAX_BYTES + " bytes, was longer");
    }
    return content;
  }
}
