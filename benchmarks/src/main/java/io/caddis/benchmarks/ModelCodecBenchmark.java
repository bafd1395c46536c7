// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
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

/** Models to bytes and back, checksum and checks included. */
@SuppressWarnings("NullAway.Init") // JMH sets the parameters, then calls the setup
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class ModelCodecBenchmark {
  @Param({"zscore", "isolation_forest"})
  public String detector;

  @Param("16")
  public int features;

  @Param("10000")
  public int trainRows;

  private Model model;
  private byte[] bytes;

  @Setup
  public void fit() {
    model = BenchmarkModels.fit(detector, features, trainRows);
    bytes = ModelCodec.encode(model);
  }

  @Benchmark
  public byte[] encode() {
    return ModelCodec.encode(model);
  }

  @Benchmark
  public Model decode() {
    return ModelCodec.decode(bytes);
  }
}
