// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.registry;

import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureEncoder;
import io.caddis.detectors.feature.TextEncoder;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one version of a model: enough to judge it, to find its data and to fit it
 * again.
 *
 * @param format version of this description, {@value #FORMAT}
 * @param name of the model
 * @param version of the model; unique within the name and never used again
 * @param createdAt when it was published
 * @param parent the champion at that time, null when there was none
 * @param algorithm name of the detector
 * @param features what the model takes, in its order
 * @param scaler none, standard or robust
 * @param threshold where anomalous begins
 * @param seed of the training
 * @param sampledRows rows that it was fitted on
 * @param training where these rows came from
 * @param sha256 of the model's bytes, 64 hexadecimal digits
 * @param bytes how many these are
 */
public record ModelMetadata(
    int format,
    String name,
    String version,
    Instant createdAt,
    @Nullable String parent,
    String algorithm,
    List<FeatureEntry> features,
    String scaler,
    Threshold threshold,
    long seed,
    long sampledRows,
    Training training,
    String sha256,
    int bytes) {
  static final int FORMAT = 1;

  private static final int NAME_CHARS = 128;
  private static final int HASH_CHARS = 16;
  private static final String HASHED = "._";

  /**
   * A feature and its encoder.
   *
   * @param encoding as in a pipeline's specification
   * @param used false when training rarely saw the feature, so that it does not count
   * @param median what a missing number becomes; null for text, and for streaming detectors, which
   *     expect what the sensor's other features lead to expect
   * @param categories distinct texts that the encoder knows; null for numbers
   */
  public record FeatureEntry(
      String name,
      String encoding,
      boolean used,
      @Nullable Double median,
      @Nullable Integer categories) {}

  /**
   * The learned boundary.
   *
   * @param rule how it was set, for example {@code contamination 0.01}
   * @param raw the raw score that is 0.5 on the scale from 0 to 1
   * @param score the score from which on a row is anomalous
   */
  public record Threshold(String rule, double raw, double score) {}

  /**
   * The data of a training.
   *
   * @param dataSource what was read, for a person
   * @param parameters of the detector, as given
   * @param timeField the column of the event time, null when there is none
   * @param keyField the column of the sensor, null when there is none
   * @param calendar features that were taken from the event time
   * @param from first event time, null when there are none
   * @param to end of the event times, exclusive
   * @param rows that the source held
   * @param metrics what was measured, by name; finite numbers only
   * @param group of a job, or sensor of a file, whose model it is; null when the model is for all
   * @param configVersion of the specification of the job that trained it, null without a job
   * @param reason why the job trained it: {@code first}, {@code window}, {@code drift} or {@code
   *     age}; null without a job
   */
  public record Training(
      String dataSource,
      Map<String, Object> parameters,
      @Nullable String timeField,
      @Nullable String keyField,
      List<String> calendar,
      @Nullable Instant from,
      @Nullable Instant to,
      long rows,
      Map<String, Double> metrics,
      @Nullable String group,
      @Nullable String configVersion,
      @Nullable String reason) {
    /** Of a training without a job. */
    public Training(
        String dataSource,
        Map<String, Object> parameters,
        @Nullable String timeField,
        @Nullable String keyField,
        List<String> calendar,
        @Nullable Instant from,
        @Nullable Instant to,
        long rows,
        Map<String, Double> metrics) {
      this(
          dataSource,
          parameters,
          timeField,
          keyField,
          calendar,
          from,
          to,
          rows,
          metrics,
          null,
          null,
          null);
    }

    public Training {
      Objects.requireNonNull(dataSource, "data_source");
      calendar = List.copyOf(calendar);
      parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
      Map<String, Double> finite = new TreeMap<>(metrics);
      finite.values().removeIf(value -> !Double.isFinite(value));
      metrics = Collections.unmodifiableMap(finite);
    }

    /** The same, for the model of one sensor among those that were read. */
    public Training of(
        String sensor,
        @Nullable Instant first,
        @Nullable Instant end,
        long own,
        Map<String, Double> measured) {
      return new Training(
          dataSource,
          parameters,
          timeField,
          keyField,
          calendar,
          first,
          end,
          own,
          measured,
          sensor,
          configVersion,
          reason);
    }

    /** The same, for a model that decides in another way than the one that was measured. */
    public Training withoutMetrics() {
      return new Training(
          dataSource,
          parameters,
          timeField,
          keyField,
          calendar,
          from,
          to,
          rows,
          Map.of(),
          group,
          configVersion,
          reason);
    }
  }

  /**
   * The registry's name of a group's or a sensor's model: the group behind a dot, or the beginning
   * of its SHA-256 where a name may not hold it.
   *
   * @param name of the models of all groups together
   * @throws IllegalArgumentException if it is too long to have names behind it
   */
  public static String nameOf(String name, String group) {
    int most = NAME_CHARS - HASHED.length() - HASH_CHARS;
    if (name.length() > most) {
      throw new IllegalArgumentException(
          "name must be at most %d characters where groups or sensors have models of their own, was '%s'"
              .formatted(most, name));
    }
    String whole = name + '.' + group;
    boolean allowed = whole.length() <= NAME_CHARS && group.matches("[A-Za-z0-9._-]+");
    return allowed
        ? whole
        : name
            + HASHED
            + ModelCodec.sha256(group.getBytes(StandardCharsets.UTF_8)).substring(0, HASH_CHARS);
  }

  public ModelMetadata {
    if (format != FORMAT) {
      throw new IllegalArgumentException(
          "format must be " + FORMAT + ", was " + format + ": written by a newer Caddis?");
    }
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(createdAt, "created_at");
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(threshold, "threshold");
    Objects.requireNonNull(training, "training");
    Objects.requireNonNull(sha256, "sha256");
    features = List.copyOf(features);
  }

  /** The description of a model about to be published. */
  static ModelMetadata of(
      String name,
      String version,
      Instant createdAt,
      @Nullable String parent,
      Model model,
      byte[] bytes,
      Training training) {
    FeatureEncoder encoder = model.encoder();
    return new ModelMetadata(
        FORMAT,
        name,
        version,
        createdAt,
        parent,
        model.detector(),
        entries(model),
        encoder.scaling().name().toLowerCase(Locale.ROOT),
        new Threshold(model.thresholdRule().toString(), model.rawThreshold(), model.threshold()),
        model.seed(),
        model.rows(),
        training,
        ModelCodec.sha256(bytes),
        bytes.length);
  }

  /** The same version under another name of model. */
  ModelMetadata named(String other) {
    return new ModelMetadata(
        format,
        other,
        version,
        createdAt,
        parent,
        algorithm,
        features,
        scaler,
        threshold,
        seed,
        sampledRows,
        training,
        sha256,
        bytes);
  }

  /** The features of a model, in their order. */
  public static List<FeatureEntry> entries(Model model) {
    FeatureEncoder encoder = model.encoder();
    boolean imputed = model.sensors() == null;
    double[] medians = encoder.medians();
    @Nullable TextEncoder[] texts = encoder.texts();
    List<FeatureEntry> entries = new ArrayList<>();
    int number = 0;
    int text = 0;
    for (Feature feature : encoder.schema().features()) {
      String encoding = feature.encoding().name().toLowerCase(Locale.ROOT);
      if (feature.encoding().isText()) {
        TextEncoder known = texts[text++];
        Integer categories = known == null ? null : known.categories().size();
        entries.add(new FeatureEntry(feature.name(), encoding, known != null, null, categories));
      } else {
        double median = medians[number++];
        boolean used = !Double.isNaN(median);
        entries.add(
            new FeatureEntry(
                feature.name(), encoding, used, used && imputed ? median : null, null));
      }
    }
    return entries;
  }
}
