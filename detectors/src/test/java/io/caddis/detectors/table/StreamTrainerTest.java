// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.UnusableSampleException;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.stream.SensorScorer;
import io.caddis.detectors.stream.SensorStates;
import io.caddis.detectors.stream.StreamDetectors;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Tables learned from and scored by detectors that learn by reading. */
class StreamTrainerTest {
  private static final List<String> DETECTORS = StreamDetectors.NAMES;
  private static final String HEADER = "timestamp,key,flow,level,state\n";
  private static final TableLayout LAYOUT =
      TableLayout.bySensor(
          List.of(
              new RecordLayout.Column("flow", Encoding.NUMERIC),
              new RecordLayout.Column("level", Encoding.NUMERIC),
              new RecordLayout.Column("state", Encoding.CATEGORY)),
          "timestamp",
          List.of(),
          "key");

  private record Line(String key, long time, double[] numbers) {
    String text() {
      return "%s,%s,%s,%s,open%n"
          .formatted(
              Instant.ofEpochMilli(time),
              key,
              Double.isNaN(numbers[0]) ? "" : numbers[0],
              numbers[1]);
    }
  }

  private static List<Line> lines(int count) {
    Random random = new Random(6);
    List<Line> lines = new ArrayList<>();
    double[] level = new double[3];
    for (int i = 0; i < count; i++) {
      int pump = i % 3;
      level[pump] = 0.9 * level[pump] + random.nextGaussian();
      double flow = i == count - 30 ? 900 : i % 50 == 7 ? Double.NaN : random.nextGaussian();
      lines.add(new Line("pump-" + pump, 60_000L * (i / 3), new double[] {flow, 5 + level[pump]}));
    }
    return lines;
  }

  private static String text(List<Line> lines) {
    StringBuilder text = new StringBuilder(HEADER);
    lines.forEach(line -> text.append(line.text()));
    return text.toString();
  }

  @Test
  void autoLeavesOutSteadyTextAndLeavesOtherTextToAForest() {
    RecordLayout.Column flow = new RecordLayout.Column("flow", Encoding.NUMERIC);
    RecordLayout.Column mode = RecordLayout.Column.steady("mode");
    RecordLayout.Column request = new RecordLayout.Column("request", Encoding.CATEGORY);
    assertThat(training("auto", flow, mode)).isInstanceOf(StreamTrainer.class);
    assertThat(training("auto", flow, mode).layout().columns()).containsExactly("flow");
    assertThat(training("auto", flow, mode, request)).isInstanceOf(TableTrainer.class);
    assertThat(training("auto", mode)).isInstanceOf(TableTrainer.class);
    assertThat(training("isolation_forest", flow, mode).layout().columns())
        .containsExactly("flow", "mode");
  }

  private static TableTraining training(String detector, RecordLayout.Column... columns) {
    return TableTraining.of(
        new TableTraining.Settings(detector, Map.of(), Scaling.ROBUST, null, 0.01),
        List.of(columns),
        "timestamp",
        "key",
        List.of(),
        false,
        42,
        1_000);
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Model train(String detector, List<Line> lines) throws IOException {
    return new StreamTrainer(LAYOUT, SensorStates.empty(detector, Map.of(), 2), 0, 0.5, 42)
        .train(stream(text(lines)), "table.csv")
        .model();
  }

  private static List<String> scored(Model model, List<Line> lines) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new TableScorer(LAYOUT, model, model.threshold(), "", 4)
        .score(stream(text(lines)), "table.csv", out, note -> {}, progress -> {});
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .skip(1)
        .map(line -> line.split(",", -1)[5])
        .toList();
  }

  @ParameterizedTest
  @FieldSource("DETECTORS")
  void scoringGoesOnWhereTrainingEnded(String detector) throws IOException {
    List<Line> all = lines(3_000);
    SensorScorer whole = SensorStates.empty(detector, Map.of(), 2).scorer();
    List<String> expected = new ArrayList<>();
    for (Line line : all) {
      double score = whole.score(line.key(), line.time(), line.numbers(), null).score();
      expected.add(String.valueOf(score));
    }
    Model model = ModelCodec.decode(ModelCodec.encode(train(detector, all.subList(0, 1_800))));

    assertThat(scored(model, all.subList(1_800, 3_000)))
        .isEqualTo(expected.subList(1_800, 3_000))
        .anyMatch(score -> Double.parseDouble(score) >= 0.5);
    assertThat(model.detector()).isEqualTo(detector);
    assertThat(model.rows()).isEqualTo(1_800);
    assertThat(model.sensors().choices(10)).containsOnlyKeys("pump-0", "pump-1", "pump-2");
  }

  @Test
  void theSameTableGivesTheSameBytes() throws IOException {
    byte[] first = ModelCodec.encode(train("auto", lines(900)));
    assertThat(ModelCodec.encode(train("auto", lines(900)))).isEqualTo(first);
    assertThat(ModelCodec.encode(ModelCodec.decode(first))).isEqualTo(first);
  }

  @Test
  void scoringLeavesTheModelAsItIs() throws IOException {
    Model model = train("auto", lines(900));
    byte[] before = ModelCodec.encode(model);
    List<Line> rows = lines(960).subList(900, 960);

    assertThat(scored(model, rows)).isEqualTo(scored(model, rows));
    assertThat(ModelCodec.encode(model)).isEqualTo(before);
  }

  @Test
  void rowsOlderThanTheirSensorsNewestTeachNothing() {
    List<Line> lines = lines(1_500);
    SensorScorer with = SensorStates.empty("auto", Map.of(), 2).scorer();
    SensorScorer without = SensorStates.empty("auto", Map.of(), 2).scorer();
    for (Line line : lines) {
      double[] numbers = line.numbers();
      if (line.time() >= 60_000) {
        with.score(line.key(), line.time() - 60_000 * 2, new double[] {70, -70}, null);
      }
      assertThat(with.score(line.key(), line.time(), numbers, null))
          .isEqualTo(without.score(line.key(), line.time(), numbers, null));
    }
  }

  @Test
  void attributionAddsUpInWarmUpAndAfter() {
    SensorScorer scorer = SensorStates.empty("auto", Map.of(), 2).scorer();
    String[] names = {"flow", "level"};
    for (Line line : lines(1_500)) {
      SensorScorer.Scored scored = scorer.score(line.key(), line.time(), line.numbers(), names);
      double sum = 0;
      for (double contribution : scored.attribution().contributions()) {
        sum += contribution;
      }
      assertThat(sum).isEqualTo(scored.score());
    }
  }

  @Test
  void aTableOfTooManySensorsIsRefused() {
    SensorScorer scorer = SensorStates.empty("auto", Map.of(), 512).scorer();
    double[] row = new double[512];
    for (int i = 0; i < 29; i++) {
      scorer.score("s" + i, 0, row, null);
    }
    assertThat(scorer.score("s28", 0, row, null).score()).isBetween(0.0, 1.0);
    assertThatThrownBy(() -> scorer.score("s29", 0, row, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("sensors must be at most 29 where a reading has 512 numbers");
  }

  @Test
  void oneRowIsTooFew() {
    assertThatThrownBy(() -> train("auto", lines(1)))
        .isInstanceOf(UnusableSampleException.class)
        .hasMessage("training rows must be at least 2, was 1");
  }

  @Test
  void aRowAloneIsScoredAsTheNextOfTheSensorWithoutAName() throws IOException {
    SensorScorer scorer = SensorStates.empty("auto", Map.of(), 2).scorer();
    for (Line line : lines(1_500)) {
      scorer.score("", line.time(), line.numbers(), null);
    }
    Model model = Model.learned(scorer.states(), LAYOUT.schema(), 0.5, 1, 1_500);
    double[] row = {900, 5};
    double score = model.score(model.rawScore(row, new String[0]));

    assertThat(score)
        .isEqualTo(scorer.score("", SensorScorer.NO_TIME, row, null).score())
        .isGreaterThan(0.3);
    assertThat(model.explain(row, new String[0]).features()).contains("flow", "level");
    assertThat(model.withThreshold(0.7).threshold()).isEqualTo(0.7);
  }
}
