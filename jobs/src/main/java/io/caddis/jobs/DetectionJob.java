// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.simulate.SensorSimulator;
import io.caddis.jobs.control.ControlSource;
import io.caddis.jobs.registry.Registries;
import io.caddis.jobs.sink.RegistryOperator;
import io.caddis.jobs.sink.RegistryTarget;
import io.caddis.jobs.source.FileReadings;
import io.caddis.jobs.source.KafkaReadings;
import io.caddis.jobs.source.MqttSource;
import io.caddis.jobs.source.SimulatorSource;
import io.caddis.jobs.source.SocketSource;
import io.caddis.jobs.source.Watermarks;
import io.caddis.jobs.spec.Location;
import io.caddis.jobs.spec.PipelineSpec;
import io.caddis.operators.ModelUpdate;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/** The detection job: a source, {@link DetectionTopology} and the sinks of a specification. */
public final class DetectionJob implements Pipeline {
  private static final int SIMULATED_GROUP = 5;

  /** How often partitions are compared, so the most that one waits for another in vain. */
  private static final Duration ALIGNMENT_INTERVAL = Duration.ofMillis(200);

  @Override
  public void build(StreamExecutionEnvironment env, PipelineSpec spec) throws IOException {
    RecordLayout layout = InputLayout.of(spec);
    DetectionPlan plan = DetectionPlan.of(spec, layout);
    DataStream<Parsed> readings =
        env.fromSource(source(spec, layout), watermarks(spec), OperatorUids.SOURCE)
            .uid(OperatorUids.SOURCE);
    ControlSource.@Nullable Outputs control = ControlSource.of(env, spec);
    DetectionTopology.Outputs outputs =
        DetectionTopology.of(readings, plan, control == null ? null : control.commands());
    new DetectionResults(spec, plan).write(outputs, control == null ? null : control.deadLetters());
    DataStream<ModelUpdate> models = outputs.models();
    String registry = spec.registry().uri();
    if (models != null && registry != null) {
      // What is wrong with it is better told here than by a task.
      Registries.open(registry);
      models
          .transform(
              OperatorUids.MODELS_REGISTRY,
              Types.VOID,
              new RegistryOperator(RegistryTarget.of(spec, layout, registry)))
          .uid(OperatorUids.MODELS_REGISTRY)
          .setParallelism(1);
    }
    OperatorDescriptions.addTo(env);
  }

  private static Source<Parsed, ?, ?> source(PipelineSpec spec, RecordLayout layout)
      throws IOException {
    PipelineSpec.Source source = spec.source();
    return switch (source.type()) {
      case FILES -> {
        List<String> roots = List.of(path(spec));
        yield source.continuous()
            ? FileReadings.continuous(roots, source.pollInterval(), layout, spec.limits())
            : FileReadings.bounded(roots, layout, spec.limits());
      }
      case KAFKA -> KafkaReadings.of(spec, layout);
      case MQTT -> MqttSource.of(spec, layout);
      case SOCKET -> new SocketSource(source.host(), source.port(), layout, spec.limits());
      case SIMULATOR ->
          new SimulatorSource(
              simulator(source),
              source.count() == 0 ? SimulatorSource.ENDLESS : source.count(),
              source.rate() == 0 ? SimulatorSource.UNTHROTTLED : source.rate());
    };
  }

  /** The sensors of a simulator source; with a rate, event time passes as fast as the clock. */
  public static SensorSimulator simulator(PipelineSpec.Source source) {
    return simulator(source.seed(), source.sensors(), source.rate(), source.start());
  }

  /**
   * @param rate readings per second of event time, all sensors together; 0 is one a sensor
   */
  static SensorSimulator simulator(long seed, int sensors, double rate, Instant start) {
    double perSensor = rate == 0 ? 1 : rate / sensors;
    return new SensorSimulator(
        new SensorSimulator.Settings(
            seed,
            sensors,
            SIMULATED_GROUP,
            start.toEpochMilli(),
            Math.max(1, Math.round(1000 / perSensor))));
  }

  /** Where the files are, absolute, because the cluster's working directory is another one. */
  static String path(PipelineSpec spec) {
    URI uri = spec.source().uri();
    if (uri == null) {
      throw new IllegalArgumentException("source.path must be given (--input PATH)");
    }
    return Location.path(uri);
  }

  private static WatermarkStrategy<Parsed> watermarks(PipelineSpec spec) {
    if (spec.source().bounded()) {
      return Watermarks.bounded();
    }
    PipelineSpec.Time time = spec.time();
    WatermarkStrategy<Parsed> strategy =
        Watermarks.streaming(
            new Watermarks.Options(
                time.outOfOrderness(),
                time.idleness(),
                time.maxJump(),
                time.maxFuture(),
                Clock.systemUTC()));
    // Files have an order of their own, the others are one sequence each.
    return spec.source().type() == PipelineSpec.SourceType.KAFKA
        ? strategy.withWatermarkAlignment(
            OperatorUids.SOURCE, spec.source().kafka().maxDrift(), ALIGNMENT_INTERVAL)
        : strategy;
  }
}
