// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.cluster;

import java.io.IOException;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;
import org.apache.flink.util.Collector;

/**
 * The generator of the cluster's own tests: {@code <key>:<n>} for the n-th element of each key. An
 * element that is lost leaves a key short, one that is counted twice makes it long, and output that
 * is committed twice is doubled: {@link #expected} tells all three.
 *
 * <p>Arguments: elements; output folder; elements a second, until the file of the last argument
 * exists.
 */
public final class CountingJob {
  private static final int KEYS = 100;

  private CountingJob() {}

  public static void main(String[] arguments) throws Exception {
    long elements = Long.parseLong(arguments[0]);
    String output = arguments[1];
    double perSecond = Double.parseDouble(arguments[2]);
    String release = arguments[3];
    @SuppressWarnings("unchecked") // Flink's factory returns the raw type.
    RateLimiterStrategy<NumberSequenceSplit> slow = RateLimiterStrategy.perSecond(perSecond);
    RateLimiterStrategy<NumberSequenceSplit> throttle =
        parallelism ->
            new Throttle<>(slow.createRateLimiter(parallelism), java.nio.file.Path.of(release));
    var source =
        new DataGeneratorSource<Long>(index -> index % KEYS, elements, throttle, Types.LONG);
    var sink =
        FileSink.forRowFormat(new Path(output), new SimpleStringEncoder<String>())
            .withRollingPolicy(OnCheckpointRollingPolicy.build())
            .build();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.fromSource(source, WatermarkStrategy.noWatermarks(), "elements")
        .uid("elements")
        .keyBy(key -> key)
        .process(new Count())
        .uid("count")
        .sinkTo(sink)
        .uid("lines");
    env.execute("counting");
  }

  static java.nio.file.Path jar(java.nio.file.Path folder) throws IOException {
    return JarOfClasses.write(
        folder.resolve("job.jar"), CountingJob.class, Count.class, Throttle.class);
  }

  /** The lines of an undisturbed run. */
  static List<String> expected(long elements) {
    return LongStream.range(0, elements)
        .mapToObj(index -> (index % KEYS) + ":" + (index / KEYS + 1))
        .toList();
  }

  /** Counts the elements of a key. */
  public static final class Count extends KeyedProcessFunction<Long, Long, String> {
    private transient ValueState<Long> count;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void processElement(Long key, Context context, Collector<String> out) throws Exception {
      Long before = count.value();
      long now = before == null ? 1 : before + 1;
      count.update(now);
      out.collect(key + ":" + now);
    }
  }
}
