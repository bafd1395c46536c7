// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.detector.Detector;
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

/** Growing an isolation forest on encoded rows, ours and Smile's. */
@SuppressWarnings("NullAway.Init") // JMH sets the parameters, then calls the setup
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class ForestFitBenchmark {
  @Param("100")
  public int trees;

  @Param("256")
  public int sampleSize;

  @Param("16")
  public int features;

  @Param("10000")
  public int trainRows;

  private double[][] rows;
  private Detector detector;
  private long seed;

  @Setup
  public void generate() {
    rows = SyntheticRows.of(trainRows, features, 1);
    detector =
        Detectors.byName(IsolationForest.NAME, Map.of("trees", trees, "max_samples", sampleSize));
  }

  @Benchmark
  public FittedDetector caddis() {
    return detector.fit(rows, seed++);
  }

  @Benchmark
  public smile.anomaly.IsolationForest smile() {
    return SmileForest.fit(rows, trees, sampleSize, seed++);
  }
}
