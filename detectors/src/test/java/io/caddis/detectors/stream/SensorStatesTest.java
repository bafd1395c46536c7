// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.stream.SensorStates.State;
import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.EOFException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SensorStatesTest {
  @Test
  void aModelHoldsAllSensorsThatAreAllowed() {
    SensorStates one = SensorStates.empty("univariate", Map.of(), 1);
    SensorScorer scorer = one.scorer();
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      scorer.score("", 360_000L * i, new double[] {random.nextGaussian()}, null);
    }
    State state = scorer.states().sensors().get("");
    TreeMap<String, State> sensors = new TreeMap<>();
    for (int i = 0; i < 15_000; i++) {
      sensors.put("%0100d".formatted(i), state);
    }
    FeatureSchema schema = new FeatureSchema(List.of(new Feature("level", Encoding.NUMERIC)));

    byte[] bytes = ModelCodec.encode(Model.learned(one.with(sensors), schema, 0.5, 1, 2));
    assertThat(bytes.length).isBetween(28 << 20, ModelCodec.MAX_BYTES);
  }

  @Test
  void aFullModelScoresARowAlone() {
    SensorScorer scorer = SensorStates.empty("auto", Map.of(), 512).scorer();
    double[] row = new double[512];
    for (int i = 0; i < 29; i++) {
      scorer.score("s" + i, 0, row, null);
    }
    assertThat(scorer.states().rawScore(row)).isBetween(0.0, 1.0);
  }

  @Test
  void aLengthThatIsNotTrueCostsNoMemory() {
    byte[] bytes = ByteBuffer.allocate(9).put((byte) 0x4F).putInt(4096).putInt(1 << 27).array();
    DataInput in = new DataInputStream(new ByteArrayInputStream(bytes));
    StreamDetectorType type = StreamDetectors.byName("auto", Map.of());
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = thread.getCurrentThreadAllocatedBytes();
    assertThatThrownBy(() -> type.read(in)).isInstanceOf(EOFException.class);
    assertThat(thread.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 26);
  }
}
