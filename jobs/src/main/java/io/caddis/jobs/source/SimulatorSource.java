// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.simulate.SensorSimulator;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Readings of {@link SensorSimulator}, in order, by one reader whatever the parallelism. Exactly
 * once: the state is the number of the next reading.
 */
public final class SimulatorSource
    implements Source<Parsed, StreamSplit, List<StreamSplit>>, ResultTypeQueryable<Parsed> {
  /** The count of a source that does not end. */
  public static final long ENDLESS = Long.MAX_VALUE;

  /** The rate of a source that is not held back. */
  public static final double UNTHROTTLED = Double.POSITIVE_INFINITY;

  private final SensorSimulator simulator;
  private final long count;
  private final double perSecond;

  /**
   * @param simulator what to read
   * @param count readings in all, those in gaps included, or {@link #ENDLESS}
   * @param perSecond readings a second of all sensors together, or {@link #UNTHROTTLED}
   */
  public SimulatorSource(SensorSimulator simulator, long count, double perSecond) {
    if (count < 0) {
      throw new IllegalArgumentException("count must not be negative, was " + count);
    }
    if (!(perSecond > 0)) {
      throw new IllegalArgumentException("perSecond must be positive, was " + perSecond);
    }
    this.simulator = simulator;
    this.count = count;
    this.perSecond = perSecond;
  }

  @Override
  public Boundedness getBoundedness() {
    return count == ENDLESS ? Boundedness.CONTINUOUS_UNBOUNDED : Boundedness.BOUNDED;
  }

  @Override
  public SourceReader<Parsed, StreamSplit> createReader(SourceReaderContext context) {
    return new SimulatorReader(simulator, count, perSecond, System::nanoTime);
  }

  @Override
  public SplitEnumerator<StreamSplit, List<StreamSplit>> createEnumerator(
      SplitEnumeratorContext<StreamSplit> context) {
    return new StreamEnumerator(context, List.of(new StreamSplit(simulator.sourceName(), 0, 0)));
  }

  @Override
  public SplitEnumerator<StreamSplit, List<StreamSplit>> restoreEnumerator(
      SplitEnumeratorContext<StreamSplit> context, List<StreamSplit> checkpoint) {
    return new StreamEnumerator(context, checkpoint);
  }

  @Override
  public SimpleVersionedSerializer<StreamSplit> getSplitSerializer() {
    return new StreamSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<List<StreamSplit>> getEnumeratorCheckpointSerializer() {
    return new StreamSplitSerializer.OfList();
  }

  @Override
  public TypeInformation<Parsed> getProducedType() {
    return TypeInformation.of(Parsed.class);
  }
}
