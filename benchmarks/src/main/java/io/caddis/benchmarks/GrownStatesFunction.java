// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.benchmarks;

import io.caddis.detectors.event.Reading;
import io.caddis.detectors.stream.StreamDetector;
import io.caddis.detectors.stream.StreamDetectorType;
import io.caddis.detectors.stream.StreamDetectors;
import io.caddis.operators.DetectorPlan;
import io.caddis.operators.SensorDetectors;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Random;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Gives each sensor a detector that has learned from a week of readings, one a minute, as if it had
 * been there. A week of a million sensors would be ten milliards of readings: so {@link
 * #PROTOTYPES} detectors learn, and each sensor gets a copy of one of them.
 */
final class GrownStatesFunction extends KeyedProcessFunction<String, Reading, Void> {
  static final String GROWN = "grown";

  private static final int PROTOTYPES = 16;
  private static final int READINGS = 7 * 24 * 60;

  private final DetectorPlan plan;

  private transient byte[][] prototypes;
  private transient StreamDetectorType type;
  private transient SensorDetectors detectors;
  private transient LongCounter grown;

  GrownStatesFunction(DetectorPlan plan) {
    this.plan = plan;
  }

  @Override
  public void open(OpenContext context) throws IOException {
    type = StreamDetectors.byName(plan.detector(), plan.parameters());
    detectors = new SensorDetectors(getRuntimeContext(), plan);
    prototypes = new byte[PROTOTYPES][];
    for (int i = 0; i < PROTOTYPES; i++) {
      prototypes[i] = prototype(i);
    }
    grown = new LongCounter();
    getRuntimeContext().addAccumulator(GROWN, grown);
  }

  private byte[] prototype(int number) throws IOException {
    int features = plan.schema().numbers().size();
    StreamDetector detector = type.create(features);
    double[][] rows = SyntheticRows.of(ReadingsSource.DISTINCT_ROWS, features, 3);
    Random random = new Random(number);
    for (int i = READINGS; i > 0; i--) {
      detector.score(
          ReadingsSource.FIRST_TIMESTAMP - i * ScaleLoad.INTERVAL_MILLIS,
          rows[random.nextInt(rows.length)]);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    detector.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  @Override
  public void processElement(Reading reading, Context context, Collector<Void> out)
      throws IOException {
    byte[] prototype = prototypes[Math.floorMod(reading.key().hashCode(), PROTOTYPES)];
    StreamDetector detector = type.read(new DataInputStream(new ByteArrayInputStream(prototype)));
    detectors.put(
        ReadingsSource.FIRST_TIMESTAMP - ScaleLoad.INTERVAL_MILLIS,
        detector.expected().length,
        detector);
    grown.add(1L);
  }
}
