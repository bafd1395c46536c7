// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.jobs.EmbeddedCluster.StateBackend;
import io.caddis.jobs.kafka.Brokers;
import io.caddis.jobs.source.MqttBroker;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.jobs.spec.SpecSchema;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code detect}: trains on a stream of readings and scores each of them, on the cluster it is
 * submitted to or, without one, on a cluster inside this JVM.
 */
@Command(
    name = "detect",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Trains on a stream of readings, scores each of them and raises alerts.",
    footer = {
      "",
      "Without --config, columns and their types are inferred from the input:",
      "  detect --input readings/ --output results/",
      "Results are JSON lines in DIR/scores, alerts, dead-letters, late, quality and",
      "models, or choices when the detector learns from each reading.",
      "Exit status: 0 done, 1 the run failed, 2 wrong usage or specification."
    })
final class DetectCommand implements Callable<Integer> {
  private final Pipeline pipeline;
  private final boolean watched;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Mixin private DetectOptions options = new DetectOptions();

  @Option(
      names = "--state-backend",
      paramLabel = "B",
      description = "hashmap (default) or rocksdb; without a cluster only.")
  private StateBackend stateBackend = StateBackend.HASHMAP;

  @Option(
      names = "--overwrite",
      description = "Replace the results that the output directory holds.")
  private boolean overwrite;

  @Option(names = "--json", description = "Print the closing line as JSON.")
  private boolean json;

  @Option(
      names = "--print-config",
      description = "Print the effective specification as YAML, run nothing.")
  private boolean printConfig;

  @Option(names = "--print-schema", description = "Print the specification's JSON Schema.")
  private boolean printSchema;

  @Option(names = "--validate-only", description = "Check the specification, run nothing.")
  private boolean validateOnly;

  /**
   * @param watched whether somebody watches standard error
   */
  DetectCommand(Pipeline pipeline, boolean watched) {
    this.pipeline = pipeline;
    this.watched = watched;
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = command.commandLine().getOut();
    if (printSchema) {
      out.print(new SpecSchema().text());
      return 0;
    }
    PipelineSpec spec = options.loader(System::getenv).load();
    if (printConfig) {
      out.print(spec.toYaml());
    } else if (validateOnly) {
      out.println("valid, configuration version " + spec.version());
    } else {
      StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
      if (env instanceof LocalStreamEnvironment) {
        runHere(spec, out);
      } else {
        submit(env, spec, out);
      }
    }
    return 0;
  }

  private void submit(StreamExecutionEnvironment env, PipelineSpec spec, PrintWriter out)
      throws Exception {
    env.configure(EmbeddedCluster.job());
    Integer parallelism = spec.parallelism();
    if (parallelism != null) {
      env.setParallelism(parallelism);
    }
    build(env, spec);
    long start = System.nanoTime();
    JobExecutionResult result = env.execute(spec.name());
    if (result.isJobExecutionResult()) {
      Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
      close(out, RunSummary.of(result.getAllAccumulatorResults(), elapsed));
    } else {
      out.println("submitted as job " + result.getJobID());
    }
  }

  private void runHere(PipelineSpec spec, PrintWriter out) throws Exception {
    Path output = spec.sink().local();
    if (output == null) {
      throw wrong(
          "--output must be a directory of this machine when there is no cluster, was "
              + (spec.sink().directory() == null ? "not given" : spec.sink().directory()));
    }
    OutputDirectory directory = new OutputDirectory(output);
    try {
      checkInput(spec.source());
      directory.prepare(spec.source().local(), spec.control().local(), overwrite);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    StreamExecutionEnvironment env =
        EmbeddedCluster.environment(spec, stateBackend, directory.checkpoints());
    build(env, spec);
    directory.makeFolders();
    try (RunningJob job =
        RunningJob.start(
            env,
            spec.name(),
            spec.source().bounded(),
            directory.checkpoints().toUri(),
            command.commandLine().getErr())) {
      close(out, job.await(watched));
    }
  }

  private void build(StreamExecutionEnvironment env, PipelineSpec spec) throws IOException {
    try {
      pipeline.build(env, spec);
      Brokers.check(spec);
      MqttBroker.check(spec);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  private void close(PrintWriter out, RunSummary summary) {
    out.println(json ? summary.json() : summary.text());
    if (summary.onlyDeadLetters()) {
      command
          .commandLine()
          .getErr()
          .println(
              "No row could be used. Why, and where it stands, is in dead-letters/ of the output;"
                  + " docs/input.md has the reasons.");
    }
  }

  private void checkInput(PipelineSpec.Source source) throws IOException {
    Path input = source.local();
    if (source.type() != PipelineSpec.SourceType.FILES || input == null) {
      return;
    }
    if (!Files.exists(input)) {
      throw wrong("--input must be an existing file or directory, was " + input);
    }
    if (!Files.isReadable(input)) {
      throw wrong("--input must be readable, was " + input);
    }
    if (Files.isDirectory(input) && !source.continuous() && holdsNoFile(input)) {
      throw wrong(
          "--input must hold at least one file whose name does not start with '.' or '_', was "
              + input
              + ". To wait for files to come, add --continuous");
    }
    if (!Files.isDirectory(input) && source.continuous()) {
      throw wrong("--input must be a directory with --continuous, was the file " + input);
    }
  }

  private static boolean holdsNoFile(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .noneMatch(name -> !name.startsWith(".") && !name.startsWith("_"));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
