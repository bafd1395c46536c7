// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.control.CommandAnswers;
import io.caddis.detectors.control.CommandAnswers.Answer;
import io.caddis.detectors.control.CommandFolder;
import io.caddis.detectors.control.CommandFolder.Sent;
import io.caddis.detectors.control.JobCommand;
import io.caddis.jobs.spec.DurationText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code control}: commands to running jobs, and what became of them. */
@Command(
    name = "control",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Commands a running job: thresholds, mutes, maintenance, models.",
    footer = {
      "",
      "The job must watch the directory: detect --control DIR. Commands are in docs/control.md.",
      "Exit status: 0 done, 1 something was refused or is not applied yet, 2 wrong usage."
    })
final class ControlCli implements Runnable {
  private static final Duration POLL = Duration.ofMillis(200);

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  /** The directory of the commands. */
  static final class Watched {
    @Option(
        names = "--control",
        required = true,
        paramLabel = "DIR",
        description = "Watched by the job.")
    @SuppressWarnings("NullAway.Init")
    private Path directory;
  }

  @Override
  public void run() {
    throw new ParameterException(command.commandLine(), "a command must be given");
  }

  @Command(
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Sends one command.",
      footer = {
        "",
        "TYPE is set_threshold, reset_threshold, mute, unmute, maintenance, promote,",
        "challenge, rollback, unpin, retrain, accept, label, drop_feature, add_feature",
        "or undo. Times are event time: 2026-01-01T00:00:00Z.",
        "  control send set_threshold --control DIR --sensors 'pump-*' --threshold 0.8",
        "  control send maintenance --control DIR --from 2026-01-01T08:00:00Z \\",
        "    --to 2026-01-01T09:00:00Z",
        "  control send promote --control DIR --model pumps --model-version champion \\",
        "    --share 0.1",
        "  control send accept --control DIR --sensors pump-7 \\",
        "    --from 2026-01-01T08:00:00Z --to 2026-01-01T09:00:00Z",
        "  control send drop_feature --control DIR --feature 'vibration*'",
        "  control send undo --control DIR --command ID"
      })
  int send(
      @Parameters(paramLabel = "TYPE", description = "What to do.") String type,
      @Mixin Watched control,
      @Option(names = "--sensors", paramLabel = "P", description = "Pattern, * and ? (default: *).")
          @Nullable String sensors,
      @Option(names = "--threshold", paramLabel = "T", description = "From 0 to 1.")
          @Nullable Double threshold,
      @Option(names = "--until", paramLabel = "TIME", description = "End of a mute, or of a drop.")
          @Nullable String until,
      @Option(
              names = "--from",
              paramLabel = "TIME",
              description = "Begin of maintenance, or of readings.")
          @Nullable String from,
      @Option(
              names = "--to",
              paramLabel = "TIME",
              description = "End of maintenance, or of readings.")
          @Nullable String to,
      @Option(names = "--label", paramLabel = "L", description = "Of readings: normal or anomaly.")
          @Nullable String label,
      @Option(names = "--group", paramLabel = "G", description = "Whose model: group or sensor.")
          @Nullable String group,
      @Option(names = "--model", paramLabel = "M", description = "Name in the job's registry.")
          @Nullable String model,
      @Option(
              names = "--model-version",
              paramLabel = "V",
              description = "Of the model; without --model, of one that the job trained.")
          @Nullable String version,
      @Option(
              names = "--share",
              paramLabel = "S",
              description =
                  "Of the sensors that a promoted model scores first, above 0, at most 1.")
          @Nullable Double share,
      @Option(names = "--feature", paramLabel = "P", description = "Pattern, as of sensors.")
          @Nullable String feature,
      @Option(names = "--command", paramLabel = "ID", description = "Of the command to undo.")
          @Nullable String undone,
      @Option(
              names = "--effective-from",
              paramLabel = "TIME",
              description = "From when on it holds (default: now).")
          @Nullable String effectiveFrom,
      @Option(names = "--id", paramLabel = "ID", description = "Of this command (default: random).")
          @Nullable String id)
      throws IOException {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    String ownId = id == null ? UUID.randomUUID().toString().substring(0, 13) : id;
    json.put("id", ownId).put("type", type.replace('-', '_'));
    put(json, "sensors", sensors);
    if (threshold != null) {
      json.put("threshold", threshold);
    }
    put(json, "until", until);
    put(json, "from", from);
    put(json, "to", to);
    put(json, "label", label);
    put(json, "group", group);
    put(json, "model", model);
    put(json, "version", version);
    if (share != null) {
      json.put("share", share);
    }
    put(json, "feature", feature);
    put(json, "command", undone);
    put(json, "effective_from", effectiveFrom);
    try {
      new CommandFolder(control.directory).send(json.toString(), Instant.now());
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    out().println("sent " + ownId);
    return 0;
  }

  private static void put(ObjectNode json, String key, @Nullable String value) {
    if (value != null) {
      json.put(key, value);
    }
  }

  @Command(mixinStandardHelpOptions = true, description = "Lists the commands, oldest first.")
  int list(@Mixin Watched control) throws IOException {
    List<Sent> sent = sent(control.directory);
    sent.forEach(one -> out().println(line(one, "")));
    return sent.stream().anyMatch(one -> one.problem() != null) ? 1 : 0;
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Shows what a job has made of the commands.",
      footer = {
        "",
        "'applied 2/2': both subtasks obey. Jobs answer with their next checkpoint, when",
        "they write results. A command for a model waits until readings reach its time."
      })
  int status(
      @Parameters(arity = "0..1", paramLabel = "ID", description = "Of one command; default: all.")
          @Nullable String id,
      @Mixin Watched control,
      @Option(names = "--output", required = true, paramLabel = "DIR", description = "Of the job.")
          Path output,
      @Option(names = "--wait", paramLabel = "DUR", description = "Until all is said, at most.")
          @Nullable String wait)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + patience(wait).toNanos();
    List<Sent> sent = selected(sent(control.directory), id);
    CommandAnswers said = new CommandAnswers(output);
    Map<String, Answer> answers = said.of(sent);
    while (!complete(sent, answers) && System.nanoTime() < deadline) {
      Thread.sleep(POLL.toMillis());
      answers = said.of(sent);
    }
    boolean allApplied = true;
    for (Sent one : sent) {
      Answer answer = answers.getOrDefault(one.id(), Answer.NONE);
      allApplied &= answer.complete() && answer.refusal() == null;
      out().println(line(one, text(answer)));
    }
    return allApplied ? 0 : 1;
  }

  private Duration patience(@Nullable String wait) {
    try {
      return wait == null ? Duration.ZERO : DurationText.parse(wait);
    } catch (IllegalArgumentException e) {
      throw wrong("--wait must be a duration such as 30s, was '" + wait + "'");
    }
  }

  private List<Sent> sent(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw wrong("--control must be an existing directory, was " + directory);
    }
    return new CommandFolder(directory).sent();
  }

  private List<Sent> selected(List<Sent> sent, @Nullable String id) {
    if (id == null) {
      return sent;
    }
    List<Sent> one = sent.stream().filter(each -> each.id().equals(id)).toList();
    if (one.isEmpty()) {
      throw wrong("ID must be that of a command in the directory, was '" + id + "'");
    }
    return one;
  }

  private static boolean complete(List<Sent> sent, Map<String, Answer> answers) {
    return sent.stream().allMatch(one -> answers.getOrDefault(one.id(), Answer.NONE).complete());
  }

  private static String text(Answer answer) {
    if (answer.refusal() != null) {
      return "refused: " + answer.refusal();
    }
    if (answer.subtasks() == 0) {
      return "waiting";
    }
    String from = answer.from();
    return "applied %d/%d from %s"
        .formatted(answer.applied(), answer.subtasks(), from == null ? "the first reading" : from);
  }

  private static String line(Sent one, String answer) {
    JobCommand given = one.command();
    String what = given == null ? "no command: " + one.problem() : summary(given);
    return "%-14s %-40s %s".formatted(one.id(), what, answer).stripTrailing();
  }

  private static String summary(JobCommand given) {
    String name = given.type();
    String group = given.group() == null ? "" : " " + given.group();
    return switch (name) {
      case "set_threshold" -> name + " " + given.sensors() + " " + given.threshold();
      case "undo" -> name + " " + given.target();
      case "rollback", "unpin", "retrain" -> name + group;
      case "promote", "challenge" ->
          name
              + group
              + (given.model() == null ? "" : " " + given.model())
              + " "
              + given.versionOrAlias()
              + (given.share() == 0 ? "" : " share " + given.share());
      case "drop_feature", "add_feature" -> name + " " + given.feature() + " " + given.sensors();
      default -> name + " " + given.sensors();
    };
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
