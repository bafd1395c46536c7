// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.registry;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelFormatException;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Versions of models, by name.
 *
 * <pre>
 * NAME/aliases.json              champion, challenger, previous, and the latest changes
 * NAME/VERSION/model.cadm        as {@link ModelCodec} writes it
 * NAME/VERSION/metadata.json     {@link ModelMetadata}
 * NAME/.deleted-VERSION/         metadata of a deleted version: its id is never used again
 * NAME/.new-VERSION/             a publication under way, or one that was killed
 * NAME/.lock                     held while anything of this name is written
 * </pre>
 *
 * <p>A version appears whole or not at all, whenever its writer dies, and never changes. Writers of
 * one name, threads or processes, take turns; readers do not wait. A version is a time in UTC, that
 * of its publication or, from a running job, the end of its training interval, and the first eight
 * digits of its checksum: versions sort by age.
 *
 * <p>Wherever a version is asked for, {@code champion}, {@code challenger}, {@code previous} and
 * {@code latest} may be given instead, and the beginning of a version that no other begins with.
 * Names that are unknown or not allowed give an {@link IllegalArgumentException}, damage a {@link
 * ModelFormatException}. Thread-safe.
 */
public final class ModelRegistry {
  /** The names that stand for versions by their part. */
  public static final List<String> ALIASES = List.of("champion", "challenger", "previous");

  /** Stands for the version published last. */
  public static final String LATEST = "latest";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final Pattern VERSION = Pattern.compile("\\d{8}T\\d{9}Z-[0-9a-f]{8}");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);
  private static final String DELETED = ".deleted-";
  private static final int MAX_JSON_BYTES = AliasFile.MAX_BYTES;

  private final RegistryFiles files;
  private final InstantSource clock;

  public ModelRegistry(RegistryFiles files, InstantSource clock) {
    this.files = files;
    this.clock = clock;
  }

  /**
   * The name, if a model may have it: 1 to 128 of A-Z a-z 0-9 . _ -, the first a letter or digit.
   */
  public static String checkedName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name must have 1 to 128 characters of A-Z a-z 0-9 . _ - and begin with a letter or"
              + " digit, was '"
              + name
              + "'");
    }
    return name;
  }

  /** Adds a version. It plays no part until it is promoted or made a challenger. */
  public ModelMetadata publish(String name, Model model, ModelMetadata.Training training)
      throws IOException {
    byte[] bytes = ModelCodec.encode(model);
    try (Closeable lock = lock(name)) {
      Instant now = later(name);
      String version = TIME.format(now) + '-' + ModelCodec.sha256(bytes).substring(0, 8);
      ModelMetadata metadata =
          ModelMetadata.of(name, version, now, aliases(name).champion(), model, bytes, training);
      write(metadata, bytes);
      return metadata;
    }
  }

  /**
   * Adds the version of a model that may have been published before: whoever publishes the same
   * bytes for the same time again, after a restart or from another process, adds nothing. Its
   * parent is the version before it.
   *
   * @param at what the version begins with, such as the end of its training interval; milliseconds
   *     count
   * @return the version, whether it is new, was there, or was there and has been deleted
   * @throws ModelFormatException when the bytes are no model
   */
  public String publishOnce(String name, Instant at, byte[] bytes, ModelMetadata.Training training)
      throws IOException {
    Model model = ModelCodec.decode(bytes);
    String version = TIME.format(at) + '-' + ModelCodec.sha256(bytes).substring(0, 8);
    try (Closeable lock = lock(name)) {
      if (!everHad(name).contains(version)) {
        String parent =
            versions(name).stream()
                .filter(other -> other.compareTo(version) < 0)
                .reduce((earlier, later) -> later)
                .orElse(null);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        write(ModelMetadata.of(name, version, now, parent, model, bytes, training), bytes);
      }
      return version;
    }
  }

  /**
   * Adds a version that another registry published, as it is.
   *
   * @throws IllegalArgumentException when the name has or had this version
   */
  ModelMetadata add(ModelMetadata metadata, byte[] bytes) throws IOException {
    checkedName(metadata.name());
    decode(metadata, bytes);
    try (Closeable lock = lock(metadata.name())) {
      String version = metadata.version();
      if (!VERSION.matcher(version).matches()) {
        throw new ModelFormatException("version is not valid: '" + version + "'");
      }
      if (everHad(metadata.name()).contains(version)) {
        throw new IllegalArgumentException(
            "version must be new to " + metadata.name() + ", was " + version);
      }
      write(metadata, bytes);
      return metadata;
    }
  }

  private void write(ModelMetadata metadata, byte[] bytes) throws IOException {
    Map<String, byte[]> content = new LinkedHashMap<>();
    content.put("model.cadm", bytes);
    content.put("metadata.json", RegistryJson.write(metadata));
    files.create(path(metadata.name(), metadata.version()), content);
  }

  /** Names of the models that have a version, sorted. */
  public List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    for (String name : files.list("")) {
      if (NAME.matcher(name).matches() && !versions(name).isEmpty()) {
        names.add(name);
      }
    }
    return names;
  }

  /** The versions of a model, oldest first; none when there is no such model. */
  public List<String> versions(String name) throws IOException {
    return files.list(checkedName(name)).stream()
        .filter(child -> VERSION.matcher(child).matches())
        .toList();
  }

  public Aliases aliases(String name) throws IOException {
    return AliasFile.of(files, checkedName(name)).read();
  }

  /** The version that a version, an alias, {@code latest} or the beginning of a version means. */
  public String resolve(String name, String reference) throws IOException {
    List<String> versions = versions(name);
    if (versions.isEmpty()) {
      throw new IllegalArgumentException(
          "model must be one of " + names() + ", was '" + name + "'");
    }
    if (reference.equals(LATEST)) {
      return versions.get(versions.size() - 1);
    }
    if (ALIASES.contains(reference)) {
      String version = aliases(name).version(reference);
      if (version == null) {
        throw new IllegalArgumentException(
            "%s has no %s: name a version, or %s".formatted(name, reference, LATEST));
      }
      return version;
    }
    List<String> matches =
        versions.stream().filter(version -> version.startsWith(reference)).toList();
    if (!reference.isEmpty() && matches.size() > 1) {
      throw new IllegalArgumentException(
          "version must begin only one version of %s, was '%s', which begins %d: %s"
              .formatted(name, reference, matches.size(), matches));
    }
    if (reference.isEmpty() || matches.isEmpty()) {
      throw new IllegalArgumentException(
          "version of %s must be an alias or one of %s, was '%s'"
              .formatted(name, versions, reference));
    }
    return matches.get(0);
  }

  /** What is known of a version; its model is not looked at. */
  public ModelMetadata metadata(String name, String reference) throws IOException {
    String version = resolve(name, reference);
    String path = path(name, version) + "/metadata.json";
    ModelMetadata metadata =
        RegistryJson.read(present(path, MAX_JSON_BYTES), ModelMetadata.class, path);
    if (!metadata.name().equals(name) || !metadata.version().equals(version)) {
      throw new ModelFormatException(
          "%s must describe %s %s, was %s %s"
              .formatted(path, name, version, metadata.name(), metadata.version()));
    }
    return metadata;
  }

  /** A version's model, after its checksum has been verified. */
  public RegisteredModel load(String name, String reference) throws IOException {
    ModelMetadata metadata = metadata(name, reference);
    return new RegisteredModel(metadata, decode(metadata, bytes(metadata)));
  }

  /** The bytes of a version's model, as they are. */
  byte[] bytes(ModelMetadata metadata) throws IOException {
    String path = path(metadata.name(), metadata.version()) + "/model.cadm";
    return present(path, ModelCodec.MAX_BYTES);
  }

  /** The model of these bytes, after they have been verified. */
  static Model decode(ModelMetadata metadata, byte[] bytes) {
    String sha256 = ModelCodec.sha256(bytes);
    if (!sha256.equals(metadata.sha256())) {
      throw new ModelFormatException(
          "model %s %s is damaged: its SHA-256 must be %s, was %s"
              .formatted(metadata.name(), metadata.version(), metadata.sha256(), sha256));
    }
    Model model = ModelCodec.decode(bytes);
    if (!model.detector().equals(metadata.algorithm())) {
      throw new ModelFormatException(
          "algorithm of %s %s must be %s as its metadata say, was %s"
              .formatted(
                  metadata.name(), metadata.version(), metadata.algorithm(), model.detector()));
    }
    return model;
  }

  /** Makes a version the champion, after it has been verified; the old one is kept as previous. */
  public Aliases promote(String name, String reference) throws IOException {
    return update(name, reference, Aliases::promoted);
  }

  /** Puts a version on trial beside the champion, after it has been verified. */
  public Aliases challenge(String name, String reference) throws IOException {
    return update(name, reference, Aliases::challenged);
  }

  /** Notes, once, that a version was taken out of a running job because of what it flagged. */
  public Aliases withdraw(String name, String reference) throws IOException {
    return update(name, reference, Aliases::withdrawn);
  }

  /** Makes the previous champion the champion again, and this one the previous. */
  public Aliases rollback(String name) throws IOException {
    return update(name, "previous", Aliases::rolledBack);
  }

  /**
   * Deletes a version; its description stays, so that its id stays taken.
   *
   * @param force also when an alias stands for it, which then stands for nothing
   */
  public void delete(String name, String reference, boolean force) throws IOException {
    try (Closeable lock = lock(name)) {
      String version = resolve(name, reference);
      Aliases aliases = aliases(name);
      if (!aliases.of(version).isEmpty()) {
        if (!force) {
          throw new IllegalArgumentException(
              "version to delete must have no alias, %s is %s: promote another, or force it"
                  .formatted(version, String.join(" and ", aliases.of(version))));
        }
        AliasFile.of(files, name).change(now -> now.without(version, clock.instant()));
      }
      bury(name, version);
    }
  }

  /**
   * Deletes the oldest versions without an alias until {@code keep} versions are left, or none can
   * be deleted.
   *
   * @return those deleted
   */
  public List<String> retain(String name, int keep) throws IOException {
    if (keep < 1) {
      throw new IllegalArgumentException("keep must be at least 1, was " + keep);
    }
    List<String> deleted = new ArrayList<>();
    try (Closeable lock = lock(name)) {
      Aliases aliases = aliases(name);
      List<String> versions = versions(name);
      for (String version : versions) {
        if (versions.size() - deleted.size() > keep && aliases.of(version).isEmpty()) {
          bury(name, version);
          deleted.add(version);
        }
      }
    }
    return deleted;
  }

  private void bury(String name, String version) throws IOException {
    String path = path(name, version);
    byte[] metadata = files.read(path + "/metadata.json", MAX_JSON_BYTES);
    if (!files.list(name).contains(DELETED + version)) {
      files.create(
          path(name, DELETED + version),
          metadata == null ? Map.of() : Map.of("metadata.json", metadata));
    }
    files.delete(path);
  }

  /** What is wrong with each damaged version of a model, by version. */
  public Map<String, String> verify(String name) throws IOException {
    Map<String, String> problems = new LinkedHashMap<>();
    List<String> versions = versions(name);
    for (String version : versions) {
      try {
        load(name, version);
      } catch (IOException | ModelFormatException e) {
        problems.put(version, String.valueOf(e.getMessage()));
      }
    }
    Aliases aliases = aliases(name);
    for (String alias : ALIASES) {
      String version = aliases.version(alias);
      if (version != null && !versions.contains(version)) {
        problems.put(version, alias + " must be one of the versions, was " + version);
      }
    }
    return problems;
  }

  private interface AliasChange {
    Aliases apply(Aliases aliases, String version, Instant now);
  }

  private Aliases update(String name, String reference, AliasChange change) throws IOException {
    try (Closeable lock = lock(name)) {
      return AliasFile.of(files, name)
          .change(
              now ->
                  change.apply(now, load(name, reference).metadata().version(), clock.instant()));
    }
  }

  /** Now, or a millisecond after the latest version, deleted ones included, if that is later. */
  private Instant later(String name) throws IOException {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    for (String version : everHad(name)) {
      Instant taken = TIME.parse(version.substring(0, version.indexOf('-')), Instant::from);
      now = now.isAfter(taken) ? now : taken.plusMillis(1);
    }
    return now;
  }

  private List<String> everHad(String name) throws IOException {
    return files.list(name).stream()
        .map(child -> child.startsWith(DELETED) ? child.substring(DELETED.length()) : child)
        .filter(child -> VERSION.matcher(child).matches())
        .toList();
  }

  private Closeable lock(String name) throws IOException {
    return files.lock(checkedName(name) + "/.lock");
  }

  private static String path(String name, String version) {
    return name + '/' + version;
  }

  private byte[] present(String path, int maxBytes) throws IOException {
    byte @Nullable [] content = files.read(path, maxBytes);
    if (content == null) {
      throw new ModelFormatException(path + " must exist, is missing");
    }
    return content;
  }
}
