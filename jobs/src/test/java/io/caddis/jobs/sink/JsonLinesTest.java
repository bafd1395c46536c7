// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.AlertState;
import io.caddis.detectors.event.Attribution;
import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.ModelLineage;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.event.Severity;
import io.caddis.detectors.event.SeverityScale;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesTest {
  private static final long NOON = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
  private static final ModelLineage LINEAGE =
      new ModelLineage(
          "m-7", "ab12", "isolation_forest", NOON - 3_600_000, NOON, 400, "contamination 0.01");

  @Test
  void scoreHasItsFieldsInTheirOrder() throws IOException {
    assertThat(line(JsonLines.scores(), score(NOON, "pump-1", 0.75, false, null, null)))
        .isEqualTo(
            """
            {"timestamp":"2026-03-01T12:00:00Z","key":"pump-1","score":0.75,"is_anomaly":true,\
            "raw_score":-0.1,"threshold":0.5,"model_version":"m-7","severity":"high",\
            "event_id":"00000000000000ff-1a2b"}
            """);
  }

  @Test
  void scoreNamesLatenessImputedAndIgnoredFeaturesOnlyWhenThereAreAny() throws IOException {
    String[] imputed = {"flow", "level"};
    String[] ignored = {"note"};
    assertThat(line(JsonLines.scores(), score(NOON + 40, "k", 0.75, true, imputed, ignored)))
        .contains("\"timestamp\":\"2026-03-01T12:00:00.040Z\"")
        .endsWith(
            """
            "event_id":"00000000000000ff-1a2b","late":true,\
            "features_imputed":["flow","level"],"features_ignored":["note"]}
            """);
  }

  @Test
  void alertCarriesTheLineageOfItsModel() throws IOException {
    assertThat(line(JsonLines.alerts("c0ffee"), alert(LINEAGE)))
        .isEqualTo(
            """
            {"alert_id":"a1","sequence":2,"state":"closed","timestamp":"2026-03-01T12:00:00Z",\
            "key":"pump-1","group":"pumps","severity":"critical","start":"2026-03-01T11:59:58Z",\
            "end":"2026-03-01T11:59:59Z","peak_score":0.95,\
            "peak_timestamp":"2026-03-01T11:59:58.500Z","anomalies":3,"threshold":0.5,\
            "features_imputed":["flow"],"peak_event_id":"00000000000000ff-1a2b",\
            "contributions":{"flow":0.75,"mode":0.2},"expected":{"flow":1.5},\
            "lineage":{"model_version":"m-7","model_sha256":"ab12",\
            "detector":"isolation_forest","train_from":"2026-03-01T11:00:00Z",\
            "train_to":"2026-03-01T12:00:00Z","train_rows":400,\
            "threshold_origin":"contamination 0.01","config_version":"c0ffee"}}
            """);
  }

  @Test
  void alertOfTheWarmUpSaysSo() throws IOException {
    assertThat(line(JsonLines.alerts("c0ffee"), alert(null)))
        .endsWith("\"lineage\":{\"model_version\":\"warm-up\",\"config_version\":\"c0ffee\"}}\n");
  }

  @Test
  void deadLetterKeepsTheLineAsText() throws IOException {
    byte[] raw = "1,\"x\n".getBytes(StandardCharsets.UTF_8);
    assertThat(line(JsonLines.deadLetters(), rejection(raw, raw.length, 3, "temperature")))
        .isEqualTo(
            """
            {"reason":"not_a_number","detail":"'x' is not a number","source":"a.csv","offset":70,\
            "line":3,"length":5,"field":"temperature","scored":true,"raw":"1,\\"x\\n"}
            """);
  }

  @Test
  void deadLetterThatIsNotTextIsKeptInBase64() throws IOException {
    byte[] raw = {(byte) 0xff, 0, 1};
    assertThat(line(JsonLines.deadLetters(), rejection(raw, 3, 0, null)))
        .endsWith("\"offset\":70,\"length\":3,\"scored\":true,\"raw_base64\":\"/wAB\"}\n");
  }

  @Test
  void deadLetterCutWithinACharacterIsStillText() throws IOException {
    byte[] whole = "°".getBytes(StandardCharsets.UTF_8);
    byte[] cut = {'2', '1', whole[0]};
    assertThat(line(JsonLines.deadLetters(), rejection(cut, 4, 0, null)))
        .endsWith("\"raw\":\"21\"}\n");
    assertThat(line(JsonLines.deadLetters(), rejection(cut, 3, 0, null)))
        .endsWith("\"raw_base64\":\"MjHC\"}\n");
  }

  @Test
  void lateReadingNamesItsValues() throws IOException {
    FeatureSchema schema =
        new FeatureSchema(
            List.of(
                new Feature("flow", Encoding.NUMERIC),
                new Feature("mode", Encoding.LABEL),
                new Feature("level", Encoding.NUMERIC),
                new Feature("valve", Encoding.BINARY)));
    FeatureVector vector =
        new FeatureVector(
            "k",
            "g",
            NOON,
            255,
            0x1a2b,
            true,
            new double[] {1.5, Double.NaN},
            new String[] {"auto", null},
            null,
            null);
    assertThat(line(JsonLines.vectors(schema), vector))
        .isEqualTo(
            """
            {"timestamp":"2026-03-01T12:00:00Z","key":"k","group":"g",\
            "event_id":"00000000000000ff-1a2b",\
            "features":{"flow":1.5,"level":null,"mode":"auto","valve":null}}
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1970-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999Z",
        "0001-02-03T04:05:06.007Z",
        "2024-02-29T23:59:59.100Z",
        "9999-12-31T23:59:59.999Z",
        "+12345-01-01T00:00:00Z"
      })
  void timesAreWrittenAsInstantsAre(String time) throws IOException {
    long millis = Instant.parse(time).toEpochMilli();
    assertThat(line(JsonLines.scores(), score(millis, "k", 0.5, false, null, null)))
        .contains("\"timestamp\":\"" + time + "\"");
  }

  @Test
  void extremeTimesDoNotThrow() throws IOException {
    assertThat(line(JsonLines.scores(), score(Long.MIN_VALUE, "k", 0.5, false, null, null)))
        .contains("\"timestamp\":\"-292275055-05-16T16:47:04.192Z\"");
    assertThat(line(JsonLines.scores(), score(Long.MAX_VALUE, "k", 0.5, false, null, null)))
        .contains("\"timestamp\":\"+292278994-08-17T07:12:55.807Z\"");
  }

  @Test
  void numbersTakeTheirShortestForm() throws IOException {
    assertThat(line(JsonLines.scores(), score(NOON, "k", 2.0E-3, false, null, null)))
        .contains("\"score\":0.002,");
    // Double.toString of JDK 17 makes 1.9999999999999998E23 of it.
    assertThat(line(JsonLines.scores(), score(NOON, "k", 2.0E23, false, null, null)))
        .contains("\"score\":2.0E23,");
    assertThat(line(JsonLines.scores(), score(NOON, "k", Double.NaN, false, null, null)))
        .contains("\"score\":null,");
  }

  @Test
  void oneEncoderWritesManyLinesEvenAfterBeingShipped() throws Exception {
    JsonLines<ScoredVector> encoder = InstantiationUtil.clone(JsonLines.scores());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    encoder.encode(score(NOON, "a", 0.5, false, null, null), out);
    encoder.encode(score(NOON + 86_400_001, "b", 0.5, false, null, null), out);
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .hasSize(2)
        .first()
        .asString()
        .startsWith("{\"timestamp\":\"2026-03-01T12:00:00Z\",\"key\":\"a\"");
    assertThat(out.toString(StandardCharsets.UTF_8).lines().toList().get(1))
        .startsWith("{\"timestamp\":\"2026-03-02T12:00:00.001Z\",\"key\":\"b\"");
  }

  static ScoredVector score(
      long timestamp, String key, double score, boolean late, String[] imputed, String[] ignored) {
    return new ScoredVector(
        key,
        "g",
        timestamp,
        255,
        0x1a2b,
        score,
        -0.1,
        0.5,
        score >= 0.5,
        SeverityScale.DEFAULT.of(score),
        "m-7",
        late,
        imputed,
        ignored,
        null,
        null,
        false,
        null,
        null);
  }

  private static Alert alert(ModelLineage lineage) {
    return new Alert(
        "a1",
        2,
        AlertState.CLOSED,
        "pump-1",
        "pumps",
        NOON,
        NOON - 2000,
        NOON - 1000,
        Severity.CRITICAL,
        0.95,
        NOON - 1500,
        3,
        0.5,
        new String[] {"flow"},
        null,
        lineage,
        255,
        0x1a2b,
        new Attribution(new String[] {"flow", "mode"}, new double[] {0.75, 0.2}, 1.5, null),
        null,
        null,
        false);
  }

  private static Rejection rejection(byte[] raw, long length, long line, String field) {
    return new Rejection(
        RejectionReason.NOT_A_NUMBER,
        "'x' is not a number",
        "a.csv",
        70,
        line,
        length,
        raw,
        field,
        true);
  }

  static <T> String line(JsonLines<T> encoder, T element) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    encoder.encode(element, out);
    return out.toString(StandardCharsets.UTF_8);
  }
}
