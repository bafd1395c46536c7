// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.source;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.simulate.SensorSimulator;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;

/**
 * Readings of {@link SensorSimulator}, in order, by one reader whatever the parallelism. Exactly
 * once: the state is the number of the next reading.
 */
public final class SimulatorSource extends StreamSource {
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
    super(
        simulator.sourceName(),
        count == ENDLESS ? Boundedness.CONTINUOUS_UNBOUNDED : Boundedness.BOUNDED);
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
  public SourceReader<Parsed, StreamSplit> createReader(SourceReaderContext context) {
    return new SimulatorReader(simulator, count, perSecond, System::nanoTime);
  }
}
