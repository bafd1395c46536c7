// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.FittedDetector;
import io.caddis.detectors.detector.IsolationForest;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Scoring one row by an isolation forest, ours and Smile's. */
@SuppressWarnings("NullAway.Init") // JMH sets the parameters, then calls the setup
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class ForestScoreBenchmark {
  @Param("100")
  public int trees;

  @Param("256")
  public int sampleSize;

  @Param("16")
  public int features;

  @Param("10000")
  public int trainRows;

  /** Enough distinct rows that branches cannot be learned by heart. */
  @Param("20000")
  public int testRows;

  private double[][] rows;
  private FittedDetector ours;
  private smile.anomaly.IsolationForest smiles;
  private int next;

  @Setup
  public void fit() {
    double[][] training = SyntheticRows.of(trainRows, features, 1);
    rows = SyntheticRows.of(testRows, features, 2);
    ours =
        Detectors.byName(IsolationForest.NAME, Map.of("trees", trees, "max_samples", sampleSize))
            .fit(training, 42);
    smiles = SmileForest.fit(training, trees, sampleSize, 42);
  }

  @Benchmark
  public double caddis() {
    return ours.rawScore(row());
  }

  @Benchmark
  public double smile() {
    return smiles.score(row());
  }

  private double[] row() {
    next = next + 1 == rows.length ? 0 : next + 1;
    return rows[next];
  }
}
