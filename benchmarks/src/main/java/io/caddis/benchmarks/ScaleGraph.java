// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.jobs.DetectionPlan;
import io.caddis.jobs.DetectionTopology;
import io.caddis.jobs.OperatorUids;
import io.caddis.jobs.source.Watermarks;
import io.caddis.jobs.spec.SpecLoader;
import io.caddis.operators.ParseFunction;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** The jobs that {@link Scale} runs; each reads a {@link ScaleSource}. */
final class ScaleGraph {
  /** Readings of each sensor. */
  private static final long ENDLESS = 1_000_000_000;

  private static final String STOPWATCH = "stopwatch";

  private final ScaleLoad load;
  private final DetectionPlan plan;
  private final Configuration settings;

  /**
   * @param settings of the job
   */
  ScaleGraph(ScaleLoad load, Configuration settings) {
    this.load = load;
    this.settings = settings;
    plan =
        DetectionPlan.of(
            new SpecLoader(name -> null)
                .set("source.type", "simulator", "scale")
                .set("sink.directory", "none", "scale")
                .load(),
            RecordLayout.table(
                SyntheticRows.schema(load.features()).numbers().stream()
                    .map(feature -> new RecordLayout.Column(feature.name(), feature.encoding()))
                    .toList()));
  }

  /** Gives all sensors grown states, for {@link #detection} to begin with. */
  StreamGraph grown() {
    StreamExecutionEnvironment env = environment();
    parsed(env, "grown-source")
        .process(new GrownStatesFunction(plan.detector()))
        .uid(OperatorUids.STREAM_SCORE)
        .sinkTo(new DiscardingSink<>())
        .uid("grown-sink");
    return env.getStreamGraph();
  }

  /** The whole graph of a detection job with default settings; what it puts out is dropped. */
  StreamGraph detection() {
    StreamExecutionEnvironment env = environment();
    DetectionTopology.Outputs outputs =
        DetectionTopology.of(source(env, OperatorUids.SOURCE), plan, null);
    measure(outputs.scores());
    drop(outputs.alerts(), OperatorUids.ALERTS_SINK);
    drop(outputs.deadLetters(), OperatorUids.DEAD_LETTERS_SINK);
    drop(outputs.late(), OperatorUids.LATE_SINK);
    drop(outputs.quality(), OperatorUids.QUALITY_SINK);
    if (outputs.choices() != null) {
      drop(outputs.choices(), OperatorUids.CHOICES_SINK);
    }
    return env.getStreamGraph();
  }

  /**
   * The same way of a reading, with nothing on it but counters of the sensor's readings.
   *
   * @param parts of their state
   */
  StreamGraph counter(List<KeyedBytesFunction.Part> parts) {
    StreamExecutionEnvironment env = environment();
    measure(
        parsed(env, OperatorUids.SOURCE)
            .process(new KeyedBytesFunction(parts))
            .uid("counter")
            .name("counter"));
    return env.getStreamGraph();
  }

  private StreamExecutionEnvironment environment() {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(settings);
    env.setParallelism(load.splits());
    return env;
  }

  private DataStream<Parsed> source(StreamExecutionEnvironment env, String uid) {
    return env.fromSource(
            new ScaleSource(load, ENDLESS),
            Watermarks.streaming(Watermarks.Options.DEFAULT),
            uid,
            TypeInformation.of(Parsed.class))
        .uid(uid);
  }

  private KeyedStream<Reading, String> parsed(StreamExecutionEnvironment env, String uid) {
    return source(env, uid)
        .process(new ParseFunction(plan.maxFutureMillis()))
        .uid(uid + "-parse")
        .keyBy(Reading::key);
  }

  private static void measure(DataStream<ScoredVector> scores) {
    drop(
        scores.process(new LatencyFunction()).uid(STOPWATCH).name(STOPWATCH),
        OperatorUids.SCORES_SINK);
  }

  private static void drop(DataStream<?> stream, String uid) {
    stream.sinkTo(new DiscardingSink<>()).uid(uid).name(uid);
  }
}
