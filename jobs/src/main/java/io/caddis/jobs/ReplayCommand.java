// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.Attribution;
import io.caddis.detectors.files.ResultFolder;
import io.caddis.detectors.model.Model;
import io.caddis.jobs.registry.Registries;
import io.caddis.jobs.sink.Sinks;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code replay}: scores archived readings again and compares, bit by bit. */
@Command(
    name = "replay",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Scores the reading at an alert's peak again, with the model of then.",
    footer = {
      "",
      "Needs the results of a run of detect --archive:",
      "  replay 6d2f0c1b9a3e4f58 --output results/",
      "  replay --all --output results/",
      "Exit status: 0 all scores are equal to the bit, 1 one is not, 2 wrong usage."
    })
final class ReplayCommand implements Callable<Integer> {
  private static final int MOST_TOLD = 10;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Parameters(
      arity = "0..1",
      paramLabel = "ALERT_ID",
      description = "All messages of this alert, told at length.")
  private @Nullable String id;

  @Option(names = "--all", description = "All messages of all alerts, counted.")
  private boolean all;

  @Mixin private RunOption run = new RunOption();

  @Option(
      names = "--registry",
      paramLabel = "DIR",
      description = "Where to look for models first (default: in the results only).")
  private @Nullable String registry;

  /** How many messages there were, and what came of them. */
  private static final class Count {
    private int messages;
    private int equal;
    private int told;
    private final Set<String> scorers = new HashSet<>();
  }

  @Override
  public Integer call() throws IOException {
    if (all == (id != null)) {
      throw new ParameterException(
          command.commandLine(), "either an ALERT_ID or --all must be given");
    }
    Map<String, JsonNode> alerts = alerts();
    ArchivedModels models =
        new ArchivedModels(run.output(), registry == null ? null : Registries.open(registry));
    Count count = new Count();
    count.messages = alerts.size();
    try {
      for (Path file : new ResultFolder(run.output().resolve(Sinks.ARCHIVE)).committed()) {
        try (Stream<String> lines = Files.lines(file)) {
          for (Iterator<String> next = lines.iterator(); next.hasNext(); ) {
            JsonNode line = JsonMapper.shared().readTree(next.next());
            JsonNode alert = alerts.remove(key(line));
            if (alert != null) {
              replay(line, alert, models, count);
            }
          }
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    alerts.keySet().stream()
        .limit(MOST_TOLD)
        .forEach(missing -> err().println("alert " + missing + " is not in the archive"));
    out()
        .printf(
            "%d of %d equal to the bit, scored by %d models or states%n",
            count.equal, count.messages, count.scorers.size());
    return count.equal == count.messages ? 0 : 1;
  }

  /** The messages asked for, by {@link #key}. */
  private Map<String, JsonNode> alerts() throws IOException {
    if (!Files.isDirectory(run.output().resolve(Sinks.ARCHIVE))) {
      throw new ParameterException(
          command.commandLine(),
          "--output must hold the folder archive, which detect --archive writes, was "
              + run.output());
    }
    Map<String, JsonNode> alerts = new HashMap<>();
    for (JsonNode alert : new ResultFolder(run.output().resolve(Sinks.ALERTS)).fresh()) {
      if (id == null || alert.required("alert_id").asString().equals(id)) {
        alerts.put(key(alert), alert);
      }
    }
    if (id != null && alerts.isEmpty()) {
      throw new ParameterException(
          command.commandLine(), "ALERT_ID must be one of " + run.output() + "/alerts, was " + id);
    }
    return alerts;
  }

  private static String key(JsonNode row) {
    return row.required("alert_id").asString() + " sequence " + row.required("sequence").asInt();
  }

  private void replay(JsonNode line, JsonNode alert, ArchivedModels models, Count count)
      throws IOException {
    ArchivedReading.Replayed again = null;
    String problem = null;
    ArchivedReading archived = ArchivedReading.of(line);
    if (archived == null) {
      problem = "its episode opened before the job archived";
    } else {
      count.scorers.add(archived.scoredBy());
      byte[] state = archived.state();
      String sha256 = archived.modelSha256();
      Model model = sha256 == null ? null : models.find(sha256);
      if (model != null) {
        again = archived.byModel(model);
      } else if (state != null) {
        again = archived.byState(state);
      } else {
        problem = "its model " + archived.scoredBy() + " is neither registered nor in the results";
      }
    }
    boolean equal = false;
    if (archived != null && again != null) {
      equal = archived.equalsToTheBit(again) && isTold(alert, again);
      if (!equal) {
        problem =
            "score %s became %s, raw score %s became %s"
                .formatted(archived.score(), again.score(), archived.rawScore(), again.rawScore());
      }
      if (id != null) {
        tell(alert, archived, again, equal);
      }
    }
    count.equal += equal ? 1 : 0;
    if (problem != null && count.told++ < MOST_TOLD) {
      err().println("alert " + key(alert) + ": " + problem);
    }
  }

  /** Whether the alert has this score and these contributions. */
  private static boolean isTold(JsonNode alert, ArchivedReading.Replayed again) {
    Attribution attribution = again.attribution();
    boolean same = alert.required("peak_score").asDouble() == again.score();
    JsonNode told = alert.required("contributions");
    for (int i = 0; i < attribution.features().length; i++) {
      same &=
          told.path(attribution.features()[i]).asDouble(Double.NaN)
              == attribution.contributions()[i];
    }
    return same && told.size() == attribution.features().length;
  }

  private void tell(
      JsonNode alert, ArchivedReading archived, ArchivedReading.Replayed again, boolean equal) {
    JsonNode lineage = alert.required("lineage");
    PrintWriter out = out();
    out.printf(
        "Alert %s of %s, %s, %s%n",
        key(alert),
        alert.required("key").asString(),
        alert.required("state").asString(),
        alert.required("severity").asString());
    out.printf(
        "  reading        %s at %s%n",
        alert.required("peak_event_id").asString(), alert.required("peak_timestamp").asString());
    out.printf("  scored by      %s%n", archived.scoredBy());
    if (lineage.has("train_from")) {
      out.printf(
          "  model          %s, %s, trained on %s readings from %s to %s, threshold by %s%n",
          lineage.required("detector").asString(),
          lineage.required("model_sha256").asString(),
          lineage.required("train_rows").asString(),
          lineage.required("train_from").asString(),
          lineage.required("train_to").asString(),
          lineage.required("threshold_origin").asString());
    }
    out.printf("  specification  %s%n", lineage.required("config_version").asString());
    out.printf("  raw score      stored %s, replayed %s%n", archived.rawScore(), again.rawScore());
    out.printf(
        "  score          stored %s, replayed %s, threshold %s%n",
        archived.score(), again.score(), alert.required("threshold").asString());
    for (int i = 0; i < again.attribution().features().length; i++) {
      out.printf(
          "  contribution   %s %s%n",
          again.attribution().features()[i], again.attribution().contributions()[i]);
    }
    out.printf("  %s%n", equal ? "equal to the bit" : "NOT EQUAL");
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }

  private PrintWriter err() {
    return command.commandLine().getErr();
  }
}
