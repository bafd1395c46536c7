// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import java.util.Collection;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceReaderBase;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.NumberSequenceIterator;

/**
 * Readings made in memory, at little cost and the same in every run.
 *
 * <p>Every split holds sensors of its own; a sensor sends one reading a second of event time.
 */
class ReadingsSource
    implements Source<Parsed, NumberSequenceSplit, Collection<NumberSequenceSplit>> {
  static final long FIRST_TIMESTAMP = 1_700_000_000_000L;

  static final int DISTINCT_ROWS = 1 << 14;

  private final NumberSequenceSource numbers;
  private final long rowsPerSplit;
  private final int sensorsPerSplit;
  private final int features;

  /**
   * @param rows a multiple of {@code splits}
   * @param sensors a multiple of {@code splits}
   * @param splits the parallelism
   */
  ReadingsSource(long rows, int sensors, int features, int splits) {
    if (rows % splits != 0 || sensors % splits != 0) {
      throw new IllegalArgumentException(
          "rows and sensors must be multiples of %d splits, was %d and %d"
              .formatted(splits, rows, sensors));
    }
    this.numbers = new NumberSequenceSource(0, rows - 1);
    this.rowsPerSplit = rows / splits;
    this.sensorsPerSplit = sensors / splits;
    this.features = features;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SourceReader<Parsed, NumberSequenceSplit> createReader(SourceReaderContext context) {
    return new Reader(context, this);
  }

  @Override
  public SplitEnumerator<NumberSequenceSplit, Collection<NumberSequenceSplit>> createEnumerator(
      SplitEnumeratorContext<NumberSequenceSplit> context) {
    return numbers.createEnumerator(context);
  }

  @Override
  public SplitEnumerator<NumberSequenceSplit, Collection<NumberSequenceSplit>> restoreEnumerator(
      SplitEnumeratorContext<NumberSequenceSplit> context,
      Collection<NumberSequenceSplit> checkpoint) {
    return numbers.restoreEnumerator(context, checkpoint);
  }

  @Override
  public SimpleVersionedSerializer<NumberSequenceSplit> getSplitSerializer() {
    return numbers.getSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<Collection<NumberSequenceSplit>>
      getEnumeratorCheckpointSerializer() {
    return numbers.getEnumeratorCheckpointSerializer();
  }

  private static final class Reader
      extends IteratorSourceReaderBase<Long, Parsed, NumberSequenceIterator, NumberSequenceSplit> {
    private static final String[] NO_TEXTS = {};

    private final ReadingsSource source;
    private final double[][] rows;
    private final String[] keys;

    Reader(SourceReaderContext context, ReadingsSource source) {
      super(context);
      this.source = source;
      this.rows = SyntheticRows.of(DISTINCT_ROWS, source.features, 3);
      this.keys =
          new String
              [(int) ((source.numbers.getTo() + 1) / source.rowsPerSplit) * source.sensorsPerSplit];
      for (int sensor = 0; sensor < keys.length; sensor++) {
        keys[sensor] = "sensor-" + sensor;
      }
    }

    @Override
    protected Parsed convert(Long number) {
      long split = number / source.rowsPerSplit;
      long within = number % source.rowsPerSplit;
      int sensor = (int) (split * source.sensorsPerSplit + within % source.sensorsPerSplit);
      long timestamp = FIRST_TIMESTAMP + within / source.sensorsPerSplit * 1000;
      double[] row = rows[(int) (number & (DISTINCT_ROWS - 1))];
      return Parsed.valid(new Reading(keys[sensor], timestamp, split, within, row, NO_TEXTS, null));
    }
  }
}
