// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.feature.CalendarFeature;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.RecordLayout.Column;
import io.caddis.detectors.threshold.ThresholdRule;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TableTest {
  private static final TableLayout LAYOUT =
      TableLayout.of(
          List.of(
              new Column("t", Encoding.NUMERIC),
              new Column("mode", Encoding.FREQUENCY),
              new Column("p", Encoding.NUMERIC)),
          null,
          List.of());

  private final List<String> notes = new ArrayList<>();

  private static String csv(int rows) {
    Random random = new Random(5);
    StringBuilder csv = new StringBuilder("time,t,mode,p,label\n");
    for (int i = 0; i < rows; i++) {
      csv.append("2026-01-01T%02d:00:00Z,".formatted(i % 24))
          .append(random.nextGaussian())
          .append(i % 5 == 0 ? ",idle," : ",run,")
          .append(3 + random.nextGaussian())
          .append(i % 50 == 0 ? ",1\n" : ",0\n");
    }
    return csv.toString();
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static TableTrainer trainer(TableLayout layout, int sampleRows) {
    return new TableTrainer(
        layout,
        new ModelTrainer(
            layout.schema(),
            Detectors.byName("isolation_forest", Map.of("n_estimators", 20)),
            Scaling.ROBUST,
            new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.05)),
        9,
        sampleRows);
  }

  private static Model model() throws IOException {
    return trainer(LAYOUT, 10_000).train(bytes(csv(500)), "a.csv").model();
  }

  private String score(String table, String source) throws IOException {
    return score(LAYOUT, model(), table.getBytes(StandardCharsets.UTF_8), source, "");
  }

  private String score(TableLayout layout, Model model, byte[] table, String source, String prefix)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new TableScorer(layout, model, model.threshold(), prefix, 2)
        .score(new ByteArrayInputStream(table), source, out, notes::add, done -> {});
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theSameTableAndSeedGiveTheSameBytes() throws IOException {
    byte[] first = ModelCodec.encode(trainer(LAYOUT, 100).train(bytes(csv(700)), "a").model());
    byte[] second = ModelCodec.encode(trainer(LAYOUT, 100).train(bytes(csv(700)), "b").model());

    assertThat(second).isEqualTo(first);
    assertThat(ModelCodec.decode(first).rows()).isEqualTo(100);
  }

  @Test
  void rowsOfEqualContentAreSampledOneByOne() throws IOException {
    String table = "t,mode,p\n" + "1,run,2\n".repeat(900) + "5,idle,7\n".repeat(100);

    TableTrainer.Result result = trainer(LAYOUT, 200).train(bytes(table), "a.csv");
    assertThat(result.rows()).isEqualTo(1000);
    assertThat(result.model().rows()).isEqualTo(200);
    // all or none of the 100 would be in a sample by content
    assertThat(result.model().encoder().texts()[0].shares()).hasSize(2);
  }

  @Test
  void trainingTellsWhatItReadAndWhatItCouldNot() throws IOException {
    String table = csv(100) + "2026-02-01,1,run\n,,,,\n2026-02-02,x,run,1,0\nnever,1,run,1,0\n";
    TableLayout timed = new TableLayout(LAYOUT.schema(), "time", List.of());

    TableTrainer.Result result = trainer(timed, 1000).train(bytes(table), "a.csv");
    assertThat(result.rows()).isEqualTo(102);
    assertThat(result.rejected()).isEqualTo(2);
    assertThat(result.faultyRows()).isEqualTo(1);
    assertThat(result.firstFault().line()).isEqualTo(102);
    assertThat(result.from()).hasToString("2026-01-01T00:00:00Z");
    assertThat(result.to()).hasToString("2026-02-02T00:00:00.001Z");
    assertThat(result.metrics().get("flagged_share")).isBetween(0.03, 0.06);
  }

  @Test
  void everyRowComesOnceInOrderWithItsScore() throws IOException {
    String table = csv(30_000);
    String[] in = table.split("\n");
    String[] out = score(table, "a.csv").split("\n");

    assertThat(out).hasSameSizeAs(in);
    assertThat(out[0]).isEqualTo(in[0] + ",score,is_anomaly,prediction,raw_score");
    Model model = model();
    for (int i = 1; i < in.length; i++) {
      assertThat(out[i]).startsWith(in[i] + ",");
      String[] cells = out[i].split(",");
      double raw =
          model.rawScore(
              new double[] {Double.parseDouble(cells[1]), Double.parseDouble(cells[3])},
              new String[] {cells[2]});
      boolean anomaly = model.score(raw) >= 0.5;
      assertThat(Arrays.copyOfRange(cells, 5, 9))
          .containsExactly(
              String.valueOf(Double.parseDouble(cells[5])),
              String.valueOf(anomaly),
              anomaly ? "-1" : "1",
              String.valueOf(Double.parseDouble(cells[8])));
      assertThat(Double.parseDouble(cells[5])).isEqualTo(model.score(raw));
      assertThat(Double.parseDouble(cells[8])).isEqualTo(raw);
    }
  }

  @Test
  void noRowVanishesThatCannotBeRead() throws IOException {
    String table =
        "\ufefft,mode,p\r\n1,run,2\r\n\r\n1,run\r\n,,\r\nx,run,3\r\n\"a\"\"b,c\r\n1,\"r,\"\"n\",2";
    byte[] bytes = (table + "\r\n?,run,1\n").getBytes(StandardCharsets.UTF_8);
    bytes[bytes.length - 8] = (byte) 0xFF;

    String[] lines = score(LAYOUT, model(), bytes, "a.csv", "").split("\n");
    assertThat(lines).hasSize(8);
    assertThat(lines[0]).isEqualTo("\ufefft,mode,p,score,is_anomaly,prediction,raw_score");
    assertThat(lines[1]).startsWith("1,run,2,0.");
    assertThat(lines[2]).isEqualTo("\"1,run\",,,,,,");
    assertThat(lines[3]).isEqualTo(",,,,,,");
    assertThat(lines[4]).startsWith("x,run,3,0.");
    assertThat(lines[5]).isEqualTo("\"\"\"a\"\"\"\"b,c\",,,,,,");
    assertThat(lines[6]).startsWith("1,\"r,\"\"n\",2,0.");
    assertThat(lines[7]).isEqualTo("\"\ufffd,run,1\",,,,,,");
  }

  @Test
  void aLineWithoutEndIsKeptByItsBeginning() throws IOException {
    String endless = "9".repeat(3 * Limits.DEFAULT.lineBytes());
    String[] lines = score("t,mode,p\n1,run,2\n" + endless + "\n1,run,2\n", "a.csv").split("\n");

    assertThat(lines).hasSize(4);
    assertThat(lines[2]).startsWith("\"999").endsWith("9\",,,,,,").hasSizeLessThan(5000);
    assertThat(lines[3]).isEqualTo(lines[1]);
  }

  @Test
  void linesOfJsonKeepWhatTheyHold() throws IOException {
    String table =
        """
        {"t": 1, "mode": "run", "p": 2, "more": {"score": "}"}, "tag": "}"}
        {"t": 1, "mode": "run", "p": 2 }
        {}
        {"more": 5}
        {"t": 1, "t": 2}
        nonsense "quoted"
        {"t": "x", "mode": "run"}
        """
            .replace("\"score\": \"}\"", "\"core\": 3");
    String[] lines = score(table, "a.jsonl").split("\n");

    assertThat(lines).hasSize(7);
    List<JsonNode> rows =
        Arrays.stream(lines).map(line -> JsonMapper.shared().readTree(line)).toList();
    assertThat(lines[0]).startsWith(table.substring(0, table.indexOf('\n') - 1) + ",\"score\":");
    assertThat(rows.get(1).get("score")).isEqualTo(rows.get(0).get("score"));
    assertThat(rows.get(1).get("prediction").asInt()).isEqualTo(1);
    assertThat(lines[2])
        .isEqualTo("{\"score\":null,\"is_anomaly\":null,\"prediction\":null,\"raw_score\":null}");
    assertThat(rows.get(3).get("score").isNull()).isTrue();
    assertThat(rows.get(4).get("unparsed").asString()).isEqualTo("{\"t\": 1, \"t\": 2}");
    assertThat(rows.get(5).get("unparsed").asString()).isEqualTo("nonsense \"quoted\"");
    assertThat(rows.get(6).get("score").asDouble()).isPositive();
  }

  @Test
  void namesThatTheTableHasAreRefusedAndAPrefixHelps() throws IOException {
    String taken = "t,mode,p,score\n1,run,2,7\n";
    assertThatThrownBy(() -> score(taken, "a.csv"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--prefix");
    assertThatThrownBy(() -> score("{\"t\":1}\n{\"t\":1,\"is_anomaly\" :true}\n", "a.jsonl"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a.jsonl:2 has a column 'is_anomaly' already");
    assertThat(score(LAYOUT, model(), taken.getBytes(StandardCharsets.UTF_8), "a.csv", "our_"))
        .contains("our_score,our_is_anomaly,our_prediction,our_raw_score");
  }

  @Test
  void aTableWithoutAnyFeatureOfTheModelIsRefused() throws IOException {
    assertThatThrownBy(() -> score("a,b\n1,2\n", "a.csv"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[t, mode, p]");
    assertThat(score("p,x\n1,2\n", "a.csv")).contains("1,2,0.");
    assertThat(notes).singleElement().asString().contains("[t, mode]");
  }

  @Test
  void anEmptyTableGivesAnEmptyTable() throws IOException {
    assertThat(score("", "a.csv")).isEmpty();
    assertThat(score("\n\n", "a.csv")).isEmpty();
    assertThat(score("t,p", "a.csv")).isEqualTo("t,p,score,is_anomaly,prediction,raw_score\n");
  }

  @Test
  void calendarFeaturesComeFromTheTimeInBothDirections() throws IOException {
    TableLayout calendar =
        TableLayout.of(
            List.of(new Column("p", Encoding.NUMERIC)), "time", List.of(CalendarFeature.HOUR));
    StringBuilder table = new StringBuilder("time,p\n");
    for (int day = 1; day <= 28; day++) {
      for (int hour = 8; hour < 12; hour++) {
        table.append("2026-01-%02dT%02d:00:00Z,%d\n".formatted(day, hour, (day * 7 + hour) % 10));
      }
    }
    Model model = trainer(calendar, 1000).train(bytes(table.toString()), "a.csv").model();
    assertThat(model.used()).containsExactly("p", "hour");

    String rows = "p,time\n5,2026-02-01T09:00:00Z\n5,2026-02-01T23:00:00Z\n5,unknown\n";
    String[] lines =
        score(calendar, model, rows.getBytes(StandardCharsets.UTF_8), "a.csv", "").split("\n");
    double usual = Double.parseDouble(lines[1].split(",")[2]);
    assertThat(Double.parseDouble(lines[2].split(",")[2])).isGreaterThan(usual);
    assertThat(Double.parseDouble(lines[3].split(",")[2])).isLessThan(0.9);
  }
}
