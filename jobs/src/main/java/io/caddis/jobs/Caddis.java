// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.jobs.spec.InvalidSpecException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.configuration.ConfigConstants;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.PluginUtils;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line of Caddis, the same on a cluster and without one.
 *
 * <p>Exit status 0 is success, 1 a run that failed, 2 wrong usage. Mistakes of the user are told in
 * lines, never in stack traces.
 */
@Command(
    name = "caddis",
    mixinStandardHelpOptions = true,
    versionProvider = Caddis.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Streaming anomaly detection on Apache Flink.")
public final class Caddis implements Runnable {
  @CommandLine.Spec
  @SuppressWarnings("NullAway.Init")
  private CommandLine.Model.CommandSpec command;

  private Caddis() {}

  public static void main(String[] args) {
    run(commandLine(new DetectionJob()), args);
  }

  /** The command line, with the pipeline that {@code detect} runs. */
  public static CommandLine commandLine(Pipeline pipeline) {
    return new CommandLine(new Caddis())
        .addSubcommand(new DetectCommand(pipeline, System.console() != null))
        .addSubcommand(new EvaluateCommand())
        .addSubcommand(new SimulateCommand())
        .addSubcommand(new PublishCommand())
        .addSubcommand(new ModelsCommand())
        .addSubcommand(new ControlCli())
        .addSubcommand(new TrainCommand())
        .addSubcommand(new ScoreCommand(System.console() != null))
        .addSubcommand(new ReplayCommand())
        .addSubcommand(new WhatIfCommand())
        .addSubcommand(new CompareCommand())
        .addSubcommand(new EstimateCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(Caddis::execute)
        .setParameterExceptionHandler(Caddis::explainUsage)
        .setExecutionExceptionHandler((e, failed, result) -> explain(e, failed));
  }

  /**
   * Who gives a command {@code --version} means a model's: it would do nothing, and say so to no
   * one.
   */
  private static int execute(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    if (last != parsed && last.isVersionHelpRequested()) {
      throw new ParameterException(
          last.commandSpec().commandLine(),
          "--version must be asked of caddis itself; the version of a model is --model-version");
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  /**
   * Runs a command to its end. Where the process is our own it ends with the command's status; in a
   * cluster's client or JobManager, which must live on, a failure is thrown with its explanation.
   */
  static void run(CommandLine commandLine, String... args) {
    if (StreamExecutionEnvironment.getExecutionEnvironment() instanceof LocalStreamEnvironment) {
      if (System.getenv(ConfigConstants.ENV_FLINK_PLUGINS_DIR) != null) {
        loadFileSystems();
      }
      System.exit(commandLine.execute(args));
    }
    StringWriter explanation = new StringWriter();
    if (commandLine.setErr(new PrintWriter(explanation, true)).execute(args) != ExitCode.OK) {
      throw new ProgramParametrizationException(explanation.toString().strip());
    }
    System.err.print(explanation);
  }

  /** A cluster and its client load the plugins of file systems by themselves, we have to. */
  private static void loadFileSystems() {
    Configuration settings = GlobalConfiguration.loadConfiguration();
    FileSystem.initialize(settings, PluginUtils.createPluginManagerFromRootFolder(settings));
  }

  @Override
  public void run() {
    throw new ParameterException(command.commandLine(), "a command must be given");
  }

  private static int explainUsage(ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println(e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println(
        "Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help' for more.");
    return ExitCode.USAGE;
  }

  private static int explain(Exception failure, CommandLine failed) {
    PrintWriter err = failed.getErr();
    if (failure instanceof InvalidSpecException) {
      err.println(failure.getMessage());
      return ExitCode.USAGE;
    }
    err.println(
        failed.getCommandName() + " failed: " + String.join("\n  because: ", causes(failure)));
    return ExitCode.SOFTWARE;
  }

  /** The distinct messages from the failure down to its root. */
  private static Set<String> causes(Throwable failure) {
    Set<String> messages = new LinkedHashSet<>();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      boolean repeatsItsCause =
          cause.getCause() != null
              && message != null
              && message.equals(cause.getCause().toString());
      if (!repeatsItsCause) {
        messages.add(message == null ? cause.getClass().getSimpleName() : message);
      }
    }
    return messages;
  }

  /** The version the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Caddis.class.getPackage().getImplementationVersion();
      return new String[] {"caddis " + (version == null ? "(unpackaged build)" : version)};
    }
  }
}
