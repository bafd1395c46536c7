// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.detector.IsolationForest;
import io.caddis.detectors.detector.ZScore;
import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.SeverityScale;
import io.caddis.detectors.model.Model;
import io.caddis.operators.ModelUpdate;
import io.caddis.operators.ScoreFunction;
import io.caddis.operators.ScorePlan;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Throughput of the detection graph without scoring, with the z-score and with the isolation forest
 * (100 trees on 256 rows), in turns in one JVM on one MiniCluster.
 *
 * <p>{@code kernel} is a plain loop over {@link Model#rawScore} of the forest on as many threads at
 * once as the parallelism. {@code forest / ideal} compares the graph to 1 / (1 / identity + 1 /
 * kernel): what it would reach if a row cost exactly the graph without scoring plus the bare
 * kernel. Ratios are medians over the turns of the ratio within a turn. CPU time is the whole
 * process's a row: what other work on the machine disturbs least. Fails on errors only, among them
 * a reading that no model scored: a slow figure is a figure.
 */
@Command(
    name = "pipeline",
    mixinStandardHelpOptions = true,
    description = "Throughput of the detection graph with and without scoring, in turns.")
public final class Pipeline implements Callable<Integer> {
  private static final int TRAIN_ROWS = 10_000;

  @Option(
      names = "--rows",
      defaultValue = "2000000",
      description = "Readings a run. Default: ${DEFAULT-VALUE}")
  int rows;

  @Option(names = "--sensors", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}")
  int sensors;

  @Option(names = "--features", defaultValue = "4", description = "Default: ${DEFAULT-VALUE}")
  int features;

  @Option(
      names = "--parallelism",
      split = ",",
      defaultValue = "1,2",
      description = "Default: ${DEFAULT-VALUE}")
  int[] parallelisms = {};

  @Option(
      names = "--turns",
      defaultValue = "5",
      description = "Turns that count, after one that does not. Default: ${DEFAULT-VALUE}")
  int turns;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  CommandSpec command;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Pipeline()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = command.commandLine().getOut();
    out.printf(
        "%,d readings of %,d sensors, %d features; rows/s of wall time, %d turns%n",
        rows, sensors, features, turns);
    for (int parallelism : parallelisms) {
      measure(parallelism).print(out, "parallelism " + parallelism);
    }
    return 0;
  }

  /** Values of each figure in each turn that counts. */
  private TurnTable measure(int parallelism) throws Exception {
    Model zscore = BenchmarkModels.fit(ZScore.NAME, features, TRAIN_ROWS);
    Model forest = BenchmarkModels.fit(IsolationForest.NAME, features, TRAIN_ROWS);
    TurnTable figures = new TurnTable();
    Configuration patient = new Configuration();
    patient.set(RpcOptions.ASK_TIMEOUT_DURATION, Duration.ofMinutes(2));
    patient.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Duration.ofMinutes(2));
    MiniClusterConfiguration configuration =
        new MiniClusterConfiguration.Builder()
            .setConfiguration(patient)
            .setNumTaskManagers(1)
            .setNumSlotsPerTaskManager(parallelism)
            .withRandomPorts()
            .build();
    try (MiniCluster cluster = new MiniCluster(configuration)) {
      cluster.start();
      for (int turn = 0; turn <= turns; turn++) {
        PipelineRun identity = run(cluster, parallelism, new IdentityFunction(), zscore, 0);
        PipelineRun byZscore = run(cluster, parallelism, scoreFunction(features), zscore, rows);
        PipelineRun byForest = run(cluster, parallelism, scoreFunction(features), forest, rows);
        double kernel = kernelRowsPerSecond(forest, parallelism);
        if (turn > 0) {
          figures.add("identity", identity.rowsPerSecond());
          figures.add("zscore", byZscore.rowsPerSecond());
          figures.add("forest", byForest.rowsPerSecond());
          figures.add("kernel", kernel);
          figures.add("zscore / identity", byZscore.rowsPerSecond() / identity.rowsPerSecond());
          double ideal = 1 / (1 / identity.rowsPerSecond() + 1 / kernel);
          figures.add("forest / ideal", byForest.rowsPerSecond() / ideal);
          figures.add("identity CPU ns", identity.cpuNanosPerRow());
          figures.add("zscore CPU ns", byZscore.cpuNanosPerRow());
          figures.add("forest CPU ns", byForest.cpuNanosPerRow());
        }
      }
    }
    return figures;
  }

  private static ScoreFunction scoreFunction(int features) {
    return new ScoreFunction(
        new ScorePlan(
            SyntheticRows.schema(features),
            false,
            PipelineGraph.TTL_MILLIS,
            SeverityScale.DEFAULT,
            0,
            false,
            false,
            0));
  }

  private PipelineRun run(
      MiniCluster cluster,
      int parallelism,
      KeyedBroadcastProcessFunction<String, FeatureVector, ModelUpdate, ScoredVector> score,
      Model model,
      long expectedByModel)
      throws Exception {
    ModelUpdate update =
        BenchmarkModels.update(model, PipelineGraph.GROUP, ReadingsSource.FIRST_TIMESTAMP);
    ReadingsSource readings = new ReadingsSource(rows, sensors, features, parallelism);
    PipelineRun run =
        PipelineRun.of(cluster, PipelineGraph.of(readings, features, parallelism, update, score));
    if (run.rows() != rows || run.scoredByModel() != expectedByModel || run.late() != 0) {
      throw new IllegalStateException(
          "readings must be %d, scored by a model %d and late 0, was %s"
              .formatted(rows, expectedByModel, run));
    }
    return run;
  }

  /**
   * The forest's share alone: encode, scale and score the same rows in plain loops, one on each of
   * so many threads at once.
   */
  private double kernelRowsPerSecond(Model model, int threads) throws Exception {
    double[][] values = SyntheticRows.of(ReadingsSource.DISTINCT_ROWS, features, 3);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      long start = System.nanoTime();
      Callable<Double> loop = () -> sumOfScores(model, values);
      for (Future<Double> sum : executor.invokeAll(Collections.nCopies(threads, loop))) {
        if (!(sum.get() > 0)) {
          throw new IllegalStateException("sum of scores must be positive, was " + sum.get());
        }
      }
      return rows * (double) threads * 1e9 / (System.nanoTime() - start);
    } finally {
      executor.shutdown();
    }
  }

  private double sumOfScores(Model model, double[][] values) {
    String[] texts = {};
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      sum += model.rawScore(values[i & (values.length - 1)], texts);
    }
    return sum;
  }
}
