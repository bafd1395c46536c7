// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.dashboard;

import io.caddis.detectors.evaluation.DecisionMetrics;
import io.caddis.detectors.files.Trial;
import io.caddis.gateway.Json;
import io.caddis.gateway.ProblemException;
import io.caddis.gateway.Role;
import io.caddis.gateway.Routes;
import io.caddis.gateway.feed.ResultJson;
import io.caddis.gateway.store.Figures;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** What challengers made of the newest readings of a job beside the champion, out of its files. */
public final class TrialRoutes implements Routes {
  /** Of each folder: some twenty thousand readings. */
  private static final int BYTES = 8 << 20;

  private static final int MOST_TRIALS = 20;
  private static final int MOST_JUDGEMENTS = 10_000;

  private final @Nullable Path output;
  private final Figures figures;

  /**
   * @param output directory of the job's results, null without one
   * @param figures know what people said of alerts
   */
  public TrialRoutes(@Nullable Path output, Figures figures) {
    this.output = output;
    this.figures = figures;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/api/trials", this::trials, Role.SCORE);
  }

  /** One at a time: each reads and keeps some megabytes. */
  private synchronized void trials(Context context) {
    List<Trial> trials = output == null ? List.of() : read(output);
    Json.write(
        context,
        Map.of(
            "newest_bytes",
            BYTES,
            "trials",
            trials.stream().limit(MOST_TRIALS).map(TrialRoutes::trial).toList()));
  }

  private List<Trial> read(Path directory) {
    Map<String, List<Figures.Judged>> judged =
        figures.judged(MOST_JUDGEMENTS).stream()
            .collect(Collectors.groupingBy(Figures.Judged::sensor));
    try {
      return Trial.read(
          directory,
          BYTES,
          UnaryOperator.identity(),
          (sensor, time) -> anomalous(judged.getOrDefault(sensor, List.of()), time));
    } catch (IOException | JacksonException | DateTimeException e) {
      throw new ProblemException(503, "Unreadable results", String.valueOf(e.getMessage()));
    }
  }

  /** Of intervals that overlap the one that should have raised an alarm counts. */
  private static @Nullable Boolean anomalous(List<Figures.Judged> judged, long time) {
    Boolean anomalous = null;
    for (Figures.Judged one : judged) {
      if (one.start() <= time && time <= one.end()) {
        anomalous = one.anomalous() || Boolean.TRUE.equals(anomalous);
      }
    }
    return anomalous;
  }

  private static Map<String, Object> trial(Trial trial) {
    Trial.Figures champion = trial.of(Trial.Contender.CHAMPION);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("readings", trial.readings());
    json.put("from", ResultJson.time(trial.from()));
    json.put("to", ResultJson.time(trial.to()));
    json.put("agreement", trial.agreement());
    json.put("judged_anomalous", champion.decisions().anomalous());
    json.put("judged_normal", champion.decisions().normal());
    json.put("champion", contender(champion));
    json.put("challenger", contender(trial.of(Trial.Contender.CHALLENGER)));
    return json;
  }

  private static Map<String, @Nullable Object> contender(Trial.Figures figures) {
    DecisionMetrics decisions = figures.decisions();
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("versions", figures.versions());
    json.put("flagged", figures.flagged());
    json.put("flagged_alone", figures.flaggedAlone());
    json.put("precision", known(decisions.precision()));
    json.put("recall", known(decisions.recall()));
    json.put("mean_us", known(figures.meanMicros()));
    json.put("p99_us", known(figures.p99Micros()));
    return json;
  }

  private static @Nullable Double known(double figure) {
    return Double.isFinite(figure) ? figure : null;
  }
}
