// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import io.caddis.detectors.feature.Encoding;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A layout found in the data: the columns of all sources (in the order of the sources' names, then
 * of their columns), numeric when at least half of the values seen are numbers, else text by
 * category. Columns without any value in the part that is read are left out. Text that the readings
 * of a sensor change less than once in twenty is {@link RecordLayout.Column#steady}.
 */
public final class SchemaInference {
  private static final List<String> TIME_NAMES = List.of("timestamp", "ts", "time", "datetime");
  static final List<String> KEY_NAMES = List.of("key", "sensor", "sensor_id");
  private static final Set<String> LABEL_NAMES = Set.of("label", "labels", "anomaly", "is_anomaly");

  /** Low, because a bad cell among numbers must be told, not turn its column into text. */
  private static final double NUMERIC_SHARE = 0.5;

  /** Operators change a mode now and then; what an event is differs from one to the next. */
  private static final double STEADY_CHANGES = 0.05;

  private static final long LEAST_BYTES = 1 << 14;
  private static final int LISTED_COLUMNS = 40;
  private static final int LISTED_FAULTS = 5;

  /** Something to read, from its first byte. */
  public interface Input {
    /** As in {@link io.caddis.detectors.event.Rejection#source()}. */
    String name();

    InputStream open() throws IOException;
  }

  /**
   * What is known and what is allowed.
   *
   * @param timeField name of the time column, or null to find it: {@code timestamp}, {@code ts},
   *     {@code time}, {@code datetime}, in any case
   * @param keyField name of the sensor column, or null to find it: {@code key}, {@code sensor},
   *     {@code sensor_id}; without one, every source is a sensor
   * @param maxBytes how much to read, spread over the sources
   * @param limits of lines and fields
   */
  public record Options(
      @Nullable String timeField, @Nullable String keyField, long maxBytes, Limits limits) {
    public static final Options DEFAULT = new Options(null, null, 64L << 20, Limits.DEFAULT);
  }

  private SchemaInference() {}

  /**
   * The columns that are features when nobody says which are: all but {@code label}, {@code
   * labels}, {@code anomaly} and {@code is_anomaly}, in any case. A detector that reads the truth
   * finds nothing else.
   *
   * @throws IllegalArgumentException when none is left
   */
  public static List<RecordLayout.Column> features(RecordLayout found) {
    List<RecordLayout.Column> features =
        found.columns().stream()
            .filter(column -> !LABEL_NAMES.contains(column.name().toLowerCase(Locale.ROOT)))
            .toList();
    if (features.isEmpty()) {
      throw new IllegalArgumentException(
          "a column with values must stand beside the labels, found only "
              + found.columns().stream().map(RecordLayout.Column::name).toList()
              + "; name it as a feature to use it");
    }
    return features;
  }

  /**
   * Finds the layout. Sources that cannot be read, and lines that cannot be parsed, say nothing.
   *
   * @throws IllegalArgumentException when no source has a time column, or none has any other
   */
  public static RecordLayout infer(List<? extends Input> inputs, Options options) {
    return layout(sample(inputs, options), options, true, Set.of());
  }

  /**
   * Finds the layout of a table, which need not have a time column.
   *
   * @param ignored columns that are left out
   * @throws IllegalArgumentException when no column is left, or a declared one does not exist
   */
  public static RecordLayout inferTable(Input input, Options options, Set<String> ignored) {
    return inferTable(List.of(input), options, ignored);
  }

  /** The same, of a table that lies in several files. */
  public static RecordLayout inferTable(
      List<? extends Input> inputs, Options options, Set<String> ignored) {
    List<Sampled> sources = sample(inputs, options);
    for (String name : ignored) {
      if (sources.stream().noneMatch(source -> source.columns().containsKey(name))) {
        throw unusable(
            sources,
            "a column to ignore must exist, '" + name + "' does not in " + inputs.get(0).name());
      }
    }
    return layout(sources, options, options.timeField() != null, ignored);
  }

  private static List<Sampled> sample(List<? extends Input> inputs, Options options) {
    List<Input> sorted = new ArrayList<>(inputs);
    sorted.sort(Comparator.comparing(Input::name));
    long share = Math.max(LEAST_BYTES, options.maxBytes() / Math.max(1, sorted.size()));
    List<Sampled> sources = new ArrayList<>();
    long left = options.maxBytes();
    for (Input input : sorted) {
      if (left <= 0) {
        break;
      }
      ColumnSampler sampler = new ColumnSampler(input.name(), options.limits(), options.keyField());
      try (InputStream in = input.open()) {
        left -= sampler.read(in, Math.min(share, left));
      } catch (IOException e) {
        // The job itself reports what cannot be read, as a dead letter.
        sources.add(new Sampled(input.name(), Map.of(), "cannot be read, " + e.getMessage()));
        continue;
      }
      sources.add(new Sampled(input.name(), sampler.columns(), sampler.fault()));
    }
    return sources;
  }

  private static RecordLayout layout(
      List<Sampled> sources, Options options, boolean timed, Set<String> ignored) {
    String time = find(sources, options.timeField(), TIME_NAMES);
    if (time == null && timed) {
      Set<String> found = new LinkedHashSet<>();
      sources.forEach(source -> found.addAll(source.columns().keySet()));
      throw unusable(
          sources,
          "a time column must be one of "
              + (options.timeField() == null ? TIME_NAMES : List.of(options.timeField()))
              + ", found only "
              + found.stream().limit(LISTED_COLUMNS).map(Row::cut).toList()
              + " in "
              + named(sources)
              + "; name it with --time COL");
    }
    String key = find(sources, options.keyField(), KEY_NAMES);
    if (key == null && options.keyField() != null) {
      throw unusable(
          sources,
          "the key column '" + options.keyField() + "' must exist; name another with --key COL");
    }
    Map<String, ColumnCounts> union = new LinkedHashMap<>();
    for (Sampled source : sources) {
      if (time == null || source.columns().containsKey(time)) {
        source
            .columns()
            .forEach(
                (name, counts) -> union.computeIfAbsent(name, n -> new ColumnCounts()).add(counts));
      }
    }
    List<RecordLayout.Column> columns = new ArrayList<>();
    union.forEach(
        (name, counts) -> {
          boolean feature = !name.equals(time) && !name.equals(key) && !ignored.contains(name);
          if (counts.values > 0 && feature) {
            columns.add(counts.column(name));
          }
        });
    if (columns.isEmpty()) {
      throw unusable(
          sources,
          "a column with values must stand beside "
              + (time == null ? "those ignored" : "the time column '" + time + "'")
              + ", found none in "
              + named(sources));
    }
    return new RecordLayout(
        time, key, null, null, columns, RecordLayout.MIN_TIMESTAMP, RecordLayout.MAX_TIMESTAMP);
  }

  /** Says what is wrong with the sources themselves, where that is why something was not found. */
  private static IllegalArgumentException unusable(List<Sampled> sources, String missing) {
    List<String> faults =
        sources.stream()
            .filter(source -> source.fault() != null)
            .map(source -> source.name() + ": " + source.fault())
            .toList();
    if (faults.isEmpty()) {
      return new IllegalArgumentException(missing);
    }
    int more = faults.size() - LISTED_FAULTS;
    String listed =
        String.join("\n", faults.subList(0, Math.min(LISTED_FAULTS, faults.size())))
            + (more > 0 ? "\nand " + more + " more files" : "");
    return new IllegalArgumentException(
        faults.size() == sources.size() ? listed : missing + "\n" + listed);
  }

  private static String named(List<Sampled> sources) {
    List<String> names =
        sources.stream().filter(source -> source.fault() == null).map(Sampled::name).toList();
    return names.size() < 2
        ? String.join("", names)
        : names.get(0) + " and " + (names.size() - 1) + " more";
  }

  /** The declared name if any source has it; else the best known one, as most sources write it. */
  private static @Nullable String find(
      List<Sampled> sources, @Nullable String declared, List<String> known) {
    Map<String, Integer> written = new LinkedHashMap<>();
    sources.forEach(
        source -> source.columns().keySet().forEach(name -> written.merge(name, 1, Integer::sum)));
    if (declared != null) {
      return written.containsKey(declared) ? declared : null;
    }
    for (String name : known) {
      String best = null;
      for (Map.Entry<String, Integer> entry : written.entrySet()) {
        if (entry.getKey().toLowerCase(Locale.ROOT).equals(name)
            && (best == null || entry.getValue() > written.getOrDefault(best, 0))) {
          best = entry.getKey();
        }
      }
      if (best != null) {
        return best;
      }
    }
    return null;
  }

  /**
   * What was seen of a source.
   *
   * @param fault why nothing but perhaps a header could be read of it, null when something could
   */
  private record Sampled(String name, Map<String, ColumnCounts> columns, @Nullable String fault) {}

  /** What was seen of a column. */
  static final class ColumnCounts {
    /** Not missing. */
    private long values;

    private long numbers;

    /** Texts of a sensor that had one before, and how many of them are another one. */
    private long followers;

    private long changes;

    void add(boolean number) {
      values++;
      numbers += number ? 1 : 0;
    }

    void follow(boolean changed) {
      followers++;
      changes += changed ? 1 : 0;
    }

    private void add(ColumnCounts other) {
      values += other.values;
      numbers += other.numbers;
      followers += other.followers;
      changes += other.changes;
    }

    private RecordLayout.Column column(String name) {
      if (numbers >= NUMERIC_SHARE * values) {
        return new RecordLayout.Column(name, Encoding.NUMERIC);
      }
      return changes < STEADY_CHANGES * followers
          ? RecordLayout.Column.steady(name)
          : new RecordLayout.Column(name, Encoding.CATEGORY);
    }
  }
}
