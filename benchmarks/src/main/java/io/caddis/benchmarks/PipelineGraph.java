// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.quality.QualityRules;
import io.caddis.detectors.triage.TriagePolicy;
import io.caddis.jobs.OperatorUids;
import io.caddis.operators.FeatureFunction;
import io.caddis.operators.FeaturePlan;
import io.caddis.operators.Grouping;
import io.caddis.operators.ModelUpdate;
import io.caddis.operators.OrderOperator;
import io.caddis.operators.ParseFunction;
import io.caddis.operators.TriageFunction;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * The scoring half of the detection graph: every hop of a reading's way, with a source that makes
 * readings in memory, one model that is there from the start, and sinks that discard.
 *
 * <pre>
 *  readings - parse = by sensor = order - features - score - triage - discard
 *                                     model ==========/ \- stopwatch - discard
 * </pre>
 */
final class PipelineGraph {
  static final String MODEL_SOURCE = "model-source";
  static final String GROUP = "all";
  static final long TTL_MILLIS = Duration.ofDays(1).toMillis();

  private static final String STOPWATCH = "stopwatch";

  private PipelineGraph() {}

  /**
   * @param score the score function, or what stands in its place
   */
  static StreamGraph of(
      ReadingsSource readings,
      int features,
      int parallelism,
      ModelUpdate model,
      KeyedBroadcastProcessFunction<String, FeatureVector, ModelUpdate, ScoredVector> score) {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration());
    env.setParallelism(parallelism);
    DataStream<Parsed> source =
        env.fromSource(
                readings, watermarks(), OperatorUids.SOURCE, TypeInformation.of(Parsed.class))
            .uid(OperatorUids.SOURCE);
    SingleOutputStreamOperator<FeatureVector> vectors = features(source, features);
    DataStream<ModelUpdate> models =
        env.fromData(TypeInformation.of(ModelUpdate.class), model)
            .setParallelism(1)
            .uid(MODEL_SOURCE)
            .name(MODEL_SOURCE)
            .broadcast();
    SingleOutputStreamOperator<ScoredVector> scores =
        DataStreamUtils.reinterpretAsKeyedStream(vectors, FeatureVector::key)
            .connect(models)
            .transform(
                OperatorUids.SCORE,
                TypeInformation.of(ScoredVector.class),
                new ModelsFirstOperator(score))
            .uid(OperatorUids.SCORE);
    scores
        .process(new StopwatchFunction())
        .uid(STOPWATCH)
        .name(STOPWATCH)
        .sinkTo(new DiscardingSink<>())
        .uid(OperatorUids.SCORES_SINK)
        .name(OperatorUids.SCORES_SINK);
    DataStreamUtils.reinterpretAsKeyedStream(scores, ScoredVector::key)
        .process(new TriageFunction(new TriagePolicy(3, Duration.ofMinutes(1).toMillis())))
        .uid(OperatorUids.TRIAGE)
        .name(OperatorUids.TRIAGE)
        .sinkTo(new DiscardingSink<>())
        .uid(OperatorUids.ALERTS_SINK)
        .name(OperatorUids.ALERTS_SINK);
    return env.getStreamGraph();
  }

  private static SingleOutputStreamOperator<FeatureVector> features(
      DataStream<Parsed> source, int features) {
    FeaturePlan plan =
        new FeaturePlan(
            SyntheticRows.schema(features),
            List.of(),
            List.of(),
            new Grouping(Grouping.Scope.GLOBAL, 0));
    SingleOutputStreamOperator<Reading> ordered =
        source
            .process(new ParseFunction(ParseFunction.ANY_FUTURE))
            .uid(OperatorUids.PARSE)
            .name(OperatorUids.PARSE)
            .keyBy(Reading::key)
            .transform(
                OperatorUids.ORDER,
                TypeInformation.of(Reading.class),
                new OrderOperator(false, false))
            .uid(OperatorUids.ORDER);
    return DataStreamUtils.reinterpretAsKeyedStream(ordered, Reading::key)
        .process(new FeatureFunction(plan, QualityRules.NONE, false, TTL_MILLIS))
        .uid(OperatorUids.FEATURES)
        .name(OperatorUids.FEATURES);
  }

  private static WatermarkStrategy<Parsed> watermarks() {
    return WatermarkStrategy.<Parsed>forMonotonousTimestamps()
        .withTimestampAssigner(
            (parsed, unset) -> {
              Reading reading = parsed.reading();
              return reading == null ? unset : reading.timestamp();
            });
  }

  private static Configuration configuration() {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    configuration.set(ExecutionOptions.BUFFER_TIMEOUT, Duration.ofMillis(5));
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    return configuration;
  }
}
