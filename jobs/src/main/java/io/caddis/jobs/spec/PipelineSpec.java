// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.spec;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.parse.Limits;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What to read, how to score it and where the results go: the effective specification, complete and
 * valid.
 *
 * <p>Meaning, range and default of every key stand in {@code pipeline.schema.json} and, generated
 * from it, in {@code docs/configuration.md}; the records here only name them. Made by {@link
 * SpecLoader}.
 */
public record PipelineSpec(
    String name,
    Source source,
    Kafka kafka,
    Fields fields,
    List<FeatureSpec> features,
    List<String> derived,
    List<Calendar> calendar,
    Time time,
    Quality quality,
    Training training,
    Promotion promotion,
    Detector detector,
    Threshold threshold,
    Triage triage,
    State state,
    Sink sink,
    Control control,
    Registry registry,
    Archive archive,
    boolean deduplicate,
    Limits limits,
    @Nullable Integer parallelism) {

  /** Where the readings come from. */
  public record Source(
      SourceType type,
      @Nullable String path,
      boolean continuous,
      Duration pollInterval,
      String host,
      int port,
      int sensors,
      double rate,
      long count,
      long seed,
      Instant start,
      KafkaSource kafka,
      MqttSpec mqtt) {

    /** The path on this machine, or null when there is none or it is elsewhere. */
    public @Nullable Path local() {
      return path == null ? null : Location.local(path);
    }

    /** The path as Flink's file systems take it; without one, an IllegalStateException. */
    public URI uri() {
      if (path == null) {
        throw new IllegalStateException("source.path must be given for type files");
      }
      return Location.uri(path);
    }

    /** Whether the source comes to an end by itself. */
    public boolean bounded() {
      return switch (type) {
        case FILES, KAFKA -> !continuous;
        case SOCKET, MQTT -> false;
        case SIMULATOR -> count > 0;
      };
    }
  }

  public enum SourceType {
    FILES,
    SOCKET,
    KAFKA,
    MQTT,
    SIMULATOR
  }

  /**
   * What is read of Kafka.
   *
   * @param start {@code earliest}, {@code latest}, {@code committed} or a time
   */
  public record KafkaSource(
      List<String> topics,
      @Nullable String group,
      String start,
      MessageFormat format,
      Duration maxDrift) {}

  public enum MessageFormat {
    JSON,
    CSV
  }

  /** The brokers; properties is a file of this machine with settings of their clients. */
  public record Kafka(@Nullable String bootstrapServers, @Nullable String properties) {}

  /** Which field means what; null = found by its usual names. */
  public record Fields(
      @Nullable String time,
      @Nullable String key,
      @Nullable String defaultKey,
      @Nullable String group) {}

  /** A field to score; null bounds = unbounded. */
  public record FeatureSpec(
      String name, Encoding encoding, @Nullable Double min, @Nullable Double max) {}

  public enum Calendar {
    HOUR,
    DAYOFWEEK
  }

  public record Time(
      Duration outOfOrderness,
      Duration idleness,
      Duration maxFuture,
      Duration maxJump,
      Alignment alignment,
      Duration lateRetention) {}

  public enum Alignment {
    IMMEDIATE,
    @JsonProperty("event-time")
    EVENT_TIME
  }

  /** What is checked of each sensor's readings; null = learned from them. */
  public record Quality(
      List<Check> checks,
      @Nullable Duration flatline,
      @Nullable Duration gap,
      double spike,
      List<QualityLimits> features,
      Drift drift) {}

  public enum Check {
    FLATLINE,
    GAP,
    SPIKE,
    RATE,
    RANGE,
    @JsonProperty("learned-range")
    LEARNED_RANGE
  }

  /** Which lasting changes of a sensor's scores are told. */
  public record Drift(DriftMethod method, double change) {}

  public enum DriftMethod {
    NONE,
    ADWIN,
    @JsonProperty("page-hinkley")
    PAGE_HINKLEY
  }

  /** Limits of a feature; null = none. */
  public record QualityLimits(
      String name, @Nullable Double min, @Nullable Double max, @Nullable Double maxPerSecond) {}

  /**
   * What models learn from.
   *
   * @param size see {@link #rows()} and {@link #duration()}
   * @param slide set for sliding windows only
   * @param minInterval least event time between two models of a group, null for none
   * @param maxInterval most event time between them, null for any; with retraining on drift only
   */
  public record Training(
      Window window,
      String size,
      @Nullable Duration slide,
      Scope scope,
      boolean once,
      int sampleRows,
      int minRows,
      double maxMissing,
      long seed,
      Update update,
      boolean adoptNewFeatures,
      Flagged flagged,
      Retrain retrain,
      @Nullable Duration minInterval,
      @Nullable Duration maxInterval) {

    /** Readings of a {@link Window#COUNT} window, or of the first {@link Window#GROWING} one. */
    public int rows() {
      return Integer.parseInt(size);
    }

    /** Size of a {@link Window#TUMBLING} or {@link Window#SLIDING} window. */
    public Duration duration() {
      return DurationText.parse(size);
    }
  }

  /** What a model must hold to come into force and to stay there: differences of shares. */
  public record Promotion(
      double maxDrift,
      double maxIncrease,
      double maxDecrease,
      Duration watch,
      double canary,
      Challengers challengers,
      Duration trial,
      double minGain) {}

  /** What becomes of models that commands put on trial. */
  public enum Challengers {
    NONE,
    REPORT,
    PROMOTE
  }

  /** What a training window does to the model before it. */
  public enum Update {
    REFIT,
    INCREMENTAL
  }

  /** Which complete windows train, once a group has a model. */
  public enum Retrain {
    @JsonProperty("every-window")
    EVERY_WINDOW,
    @JsonProperty("on-drift")
    ON_DRIFT
  }

  /** What becomes of training rows that the model before flags. */
  public enum Flagged {
    SKIP,
    TRAIN
  }

  public enum Window {
    TUMBLING,
    SLIDING,
    COUNT,
    GROWING;

    /** Whether its size is a number of readings rather than a duration. */
    public boolean counted() {
      return this == COUNT || this == GROWING;
    }
  }

  public enum Scope {
    SENSOR,
    GLOBAL,
    GROUP
  }

  /** The algorithm; values of parameters are numbers, strings or booleans. */
  public record Detector(String name, Map<String, Object> parameters, Scaling scaling) {}

  public enum Scaling {
    ROBUST,
    STANDARD,
    NONE
  }

  public record Threshold(ThresholdMethod method, double value) {
    /** That of the schema: nothing was asked for. */
    public static final Threshold DEFAULT = new Threshold(ThresholdMethod.CONTAMINATION, 0.01);
  }

  public enum ThresholdMethod {
    CONTAMINATION,
    PERCENTILE,
    STD,
    FIXED,
    SPOT,
    RAW
  }

  /** When episodes end, and the scores above which a reading is of each severity. */
  public record Triage(
      int quietReadings, Duration quietPeriod, double medium, double high, double critical) {}

  public record State(Duration ttl) {}

  /** Where the results go: a directory (path or URI), topics, or both; readings: values as well. */
  public record Sink(@Nullable String directory, boolean readings, KafkaSink kafka) {
    /** The directory on this machine, or null when there is none or it is elsewhere. */
    public @Nullable Path local() {
      return directory == null ? null : Location.local(directory);
    }

    /** The directory as Flink's file systems take it, or null when there is none. */
    public @Nullable URI uri() {
      return directory == null ? null : Location.uri(directory);
    }
  }

  /** Topics of the results; null = those results go to none. */
  public record KafkaSink(
      @Nullable String scores,
      @Nullable String alerts,
      @Nullable String deadLetters,
      @Nullable String late,
      @Nullable String quality,
      @Nullable String models,
      @Nullable String control,
      Delivery delivery,
      @Nullable String transactionalIdPrefix,
      Duration transactionTimeout) {

    /** The topics that are given. */
    public List<String> topics() {
      return Stream.of(scores, alerts, deadLetters, late, quality, models, control)
          .filter(Objects::nonNull)
          .toList();
    }
  }

  public enum Delivery {
    @JsonProperty("exactly-once")
    EXACTLY_ONCE,
    @JsonProperty("at-least-once")
    AT_LEAST_ONCE
  }

  /**
   * Where commands to the running job come from.
   *
   * @param directory a directory of this machine or a URI, null when there are none in files
   * @param topic a Kafka topic instead, or null
   * @param registry models that commands may promote, a directory or a URI; null when there are
   *     none
   */
  public record Control(
      @Nullable String directory,
      @Nullable String topic,
      Duration pollInterval,
      @Nullable String registry) {

    /** The directory as Flink's file systems take it, or null. */
    public @Nullable URI uri() {
      return directory == null ? null : Location.uri(directory);
    }

    /** The directory on this machine, or null when there is none or it is elsewhere. */
    public @Nullable Path local() {
      return directory == null ? null : Location.local(directory);
    }

    /** The registry as Flink's file systems take it, or null when there is none. */
    public @Nullable String registryUri() {
      return registry == null ? null : Location.uri(registry).toString();
    }
  }

  /** Where the job's models become versions; both null = nowhere. */
  public record Registry(@Nullable String directory, @Nullable String name) {
    /** The directory as Flink's file systems take it, or null when there is none. */
    public @Nullable String uri() {
      return directory == null ? null : Location.uri(directory).toString();
    }
  }

  /** What is kept of readings so that their scores can be replayed. */
  public enum Archive {
    NONE,
    ALERTS
  }

  /** The specification as YAML, every key with its value. */
  public String toYaml() {
    return SpecMapper.yaml(this);
  }

  /**
   * First 12 hexadecimal digits of the SHA-256 of what decides a verdict: everything but {@code
   * source}, {@code kafka}, {@code sink}, {@code control}, {@code registry}, {@code archive} and
   * {@code parallelism}, so that the same settings have the same version wherever, on whatever
   * input and however wide they run.
   */
  public String version() {
    return SpecMapper.version(this);
  }
}
