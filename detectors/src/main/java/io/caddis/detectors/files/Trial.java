// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.files;

import io.caddis.detectors.evaluation.DecisionMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a challenger made of readings beside what the champion made of the same ones, out of a run's
 * results. Not thread-safe.
 */
public final class Trial {
  /** Who judges a reading. */
  public enum Contender {
    CHAMPION,
    CHALLENGER;

    int bit() {
      return 1 << ordinal();
    }
  }

  /** Bits of what people said of a reading. */
  private static final int NORMAL = 4;

  private static final int ANOMALOUS = 8;

  private final SortedSet<String> champions = new TreeSet<>();
  private final SortedSet<String> challengers = new TreeSet<>();
  private final Map<String, JsonNode> times = new HashMap<>();

  /** Readings by who flagged them and what they were. */
  private final long[] counts = new long[16];

  private long from = Long.MAX_VALUE;
  private long to = Long.MIN_VALUE;

  private Trial() {}

  /** What is known of readings. */
  @FunctionalInterface
  public interface Truth {
    /**
     * Whether a reading was anomalous, null when nobody knows.
     *
     * @param time of the event, epoch milliseconds
     */
    @Nullable Boolean of(String sensor, long time);
  }

  /**
   * Figures of one of the two.
   *
   * @param versions of the models that judged, sorted
   * @param flagged share of the readings
   * @param flaggedAlone readings that the other did not flag
   * @param decisions about the readings of which the truth is known
   * @param meanMicros a reading, by the job's clock; NaN when it was not measured
   * @param p99Micros a reading in the slowest subtask, by the job's clock; NaN when it was not
   *     measured
   */
  public record Figures(
      SortedSet<String> versions,
      double flagged,
      long flaggedAlone,
      DecisionMetrics decisions,
      double meanMicros,
      double p99Micros) {}

  private record Verdict(String model, boolean flag) {
    static Verdict of(JsonNode row) {
      return new Verdict(row.path("model_version").asString(), row.path("is_anomaly").asBoolean());
    }

    int bit(Contender contender) {
      return flag ? contender.bit() : 0;
    }
  }

  /**
   * Compares what is there.
   *
   * @param output directory of a job's results
   * @param bytes of each folder that are looked at, the newest
   * @param apart from a challenger's version the name of its trial; of one name is one trial
   * @return the one with the newest reading first; those only in which a reading was compared
   */
  public static List<Trial> read(Path output, long bytes, UnaryOperator<String> apart, Truth truth)
      throws IOException {
    Map<String, Verdict> challenged = new HashMap<>();
    new ResultFolder(output.resolve("challenger"))
        .newest(bytes, row -> challenged.put(row.path("event_id").asString(), Verdict.of(row)));
    if (challenged.isEmpty()) {
      return List.of();
    }
    Map<String, Trial> trials = new HashMap<>();
    new ResultFolder(output.resolve("scores"))
        .newest(
            bytes,
            row -> {
              Verdict challenger = challenged.get(row.path("event_id").asString());
              Verdict champion = Verdict.of(row);
              // The challenger may be in force for a share of the sensors.
              if (challenger != null && !challenger.model().equals(champion.model())) {
                trials
                    .computeIfAbsent(apart.apply(challenger.model()), name -> new Trial())
                    .add(champion, challenger, row, truth);
              }
            });
    new ResultFolder(output.resolve("timings"))
        .newest(bytes, row -> trials.values().forEach(trial -> trial.addTime(row)));
    List<Trial> newestFirst = new ArrayList<>(trials.values());
    newestFirst.sort(Comparator.comparingLong(Trial::to).reversed());
    return newestFirst;
  }

  private void add(Verdict champion, Verdict challenger, JsonNode row, Truth truth) {
    long time = Instant.parse(row.path("timestamp").asString()).toEpochMilli();
    Boolean anomalous = truth.of(row.path("key").asString(), time);
    int known = anomalous == null ? 0 : anomalous ? ANOMALOUS : NORMAL;
    counts[champion.bit(Contender.CHAMPION) | challenger.bit(Contender.CHALLENGER) | known]++;
    champions.add(champion.model());
    challengers.add(challenger.model());
    from = Math.min(from, time);
    to = Math.max(to, time);
  }

  /** Of each model and subtask the last figures count. */
  private void addTime(JsonNode row) {
    boolean challenger = row.path("challenger").asBoolean();
    String version = row.path("model_version").asString();
    if (versions(challenger ? Contender.CHALLENGER : Contender.CHAMPION).contains(version)) {
      times.merge(
          challenger + version + ' ' + row.path("subtask").asInt(),
          row,
          (one, other) -> measured(one) > measured(other) ? one : other);
    }
  }

  private static long measured(JsonNode row) {
    return row.path("measured").asLong();
  }

  private SortedSet<String> versions(Contender contender) {
    return contender == Contender.CHALLENGER ? challengers : champions;
  }

  /** Readings that both judged. */
  public long readings() {
    return count(0, 0);
  }

  /** Time of the earliest of them, epoch milliseconds. */
  public long from() {
    return from;
  }

  /** Time of the latest of them, epoch milliseconds. */
  public long to() {
    return to;
  }

  /** Share of the readings of which both say the same. */
  public double agreement() {
    int both = Contender.CHAMPION.bit() | Contender.CHALLENGER.bit();
    return (double) (count(both, both) + count(both, 0)) / readings();
  }

  /** What one of the two made of them. */
  public Figures of(Contender contender) {
    int own = contender.bit();
    int both = Contender.CHAMPION.bit() | Contender.CHALLENGER.bit();
    return new Figures(
        versions(contender),
        (double) count(own, own) / readings(),
        count(both, own),
        new DecisionMetrics(
            count(own | ANOMALOUS, own | ANOMALOUS),
            count(own | NORMAL, own | NORMAL),
            count(own | ANOMALOUS, ANOMALOUS),
            count(own | NORMAL, NORMAL)),
        meanMicros(contender),
        p99Micros(contender));
  }

  /** Readings of which those bits of a mask are set that a value has. */
  private long count(int mask, int value) {
    long count = 0;
    for (int bits = 0; bits < counts.length; bits++) {
      count += (bits & mask) == value ? counts[bits] : 0;
    }
    return count;
  }

  /** What was measured of one of the two, by subtask and model. */
  private Stream<JsonNode> times(Contender contender) {
    return times.values().stream()
        .filter(row -> row.path("challenger").asBoolean() == (contender == Contender.CHALLENGER));
  }

  private double meanMicros(Contender contender) {
    double sum =
        times(contender).mapToDouble(r -> measured(r) * r.path("mean_nanos").asDouble()).sum();
    return sum / times(contender).mapToLong(Trial::measured).sum() / 1000;
  }

  /** Of the slowest: what 99 % of all take cannot be told from what 99 % of each part take. */
  private double p99Micros(Contender contender) {
    return times(contender)
            .mapToDouble(row -> row.path("p99_nanos").asDouble())
            .max()
            .orElse(Double.NaN)
        / 1000;
  }
}
