// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.drift.DriftState;
import io.caddis.detectors.drift.SampleProfile;
import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.Attribution;
import io.caddis.detectors.event.Evidence;
import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.ModelLineage;
import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.Ruling;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.feature.RollingState;
import io.caddis.detectors.quality.SensorQuality;
import io.caddis.detectors.sample.SampledRow;
import io.caddis.detectors.threshold.SpotState;
import io.caddis.detectors.triage.Episode;
import io.caddis.detectors.warmup.SensorStatistics;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.types.PojoTestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SerializationTest {

  @ParameterizedTest
  @ValueSource(
      classes = {
        Parsed.class,
        Reading.class,
        Rejection.class,
        FeatureVector.class,
        ScoredVector.class,
        Attribution.class,
        Evidence.class,
        ModelLineage.class,
        Alert.class,
        Ruling.class,
        ModelUpdate.class,
        ControlCommand.class,
        Acknowledgement.class,
        ModelChoice.class,
        ModelInput.class,
        Challenge.class,
        ModelWatch.class,
        RolledBackModel.class,
        TrainingSample.class,
        SampledRow.class,
        CountProgress.class,
        RollingState.class,
        SensorStatistics.class,
        SensorQuality.class,
        SampleProfile.class,
        SpotState.class,
        DriftState.class,
        QualityIssue.class,
        Episode.class,
        Verdict.class
      })
  void everythingOnTheWireOrInStateCanEvolveAndNeedsNoKryo(Class<?> type) {
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(type);
  }

  @Test
  void missingValuesSurviveTheWire() throws Exception {
    Reading reading =
        new Reading(
            "a",
            1,
            2,
            3,
            new double[] {1, Double.NaN},
            new String[] {null, "t"},
            Map.of("new", 4.5));
    TypeSerializer<Reading> serializer =
        TypeInformation.of(Reading.class)
            .createSerializer(new org.apache.flink.api.common.serialization.SerializerConfigImpl());
    DataOutputSerializer out = new DataOutputSerializer(128);
    serializer.serialize(reading, out);
    Reading copy = serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));

    assertThat(copy).usingRecursiveComparison().ignoringFields("numbers").isEqualTo(reading);
    assertThat(copy.numbers()).containsExactly(reading.numbers());
  }
}
