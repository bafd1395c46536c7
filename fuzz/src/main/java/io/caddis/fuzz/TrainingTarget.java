// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.fuzz;

import static io.caddis.fuzz.Target.require;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.ModelCodec;
import io.caddis.detectors.model.ModelTrainer;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.model.UnusableSampleException;
import io.caddis.detectors.threshold.ThresholdRule;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Encoders and detectors on rows of any numbers and texts: detector, scaling, rule and the
 * features' encodings come first, then the rows. No model comes of them, or one whose scores are
 * within [0, 1] and the same ones after it was written and read.
 */
final class TrainingTarget implements Target {
  private static final int MOST_FEATURES = 4;
  private static final int MOST_ROWS = 24;
  private static final int MOST_TEXT = 8;
  private static final Encoding[] ENCODINGS = Encoding.values();
  private static final Scaling[] SCALINGS = Scaling.values();

  private static final List<ThresholdRule> RULES =
      List.of(
          new ThresholdRule(ThresholdRule.Method.CONTAMINATION, 0.1),
          new ThresholdRule(ThresholdRule.Method.PERCENTILE, 95),
          new ThresholdRule(ThresholdRule.Method.STD, 3),
          new ThresholdRule(ThresholdRule.Method.SPOT, 0.01));

  @Override
  public List<byte[]> seeds() {
    Random random = new Random(3);
    List<byte[]> seeds = new ArrayList<>();
    for (int detector = 0; detector < Detectors.NAMES.size(); detector++) {
      ByteBuffer seed = ByteBuffer.allocate(400);
      seed.put((byte) detector).put((byte) detector).put((byte) detector);
      seed.put((byte) 2).put((byte) 0).put((byte) (1 + detector % 6)).put((byte) 0);
      while (seed.remaining() > 20) {
        seed.putDouble(random.nextGaussian());
        seed.put((byte) 2).put((byte) 'a').put((byte) ('a' + random.nextInt(3)));
        seed.putDouble(random.nextInt(9) == 0 ? Double.NaN : random.nextInt(5));
      }
      seeds.add(seed.array());
    }
    return seeds;
  }

  @Override
  public void read(byte[] input) {
    ByteBuffer in = ByteBuffer.wrap(input);
    String detector = Detectors.NAMES.get(octet(in) % Detectors.NAMES.size());
    Scaling scaling = SCALINGS[octet(in) % SCALINGS.length];
    ThresholdRule rule = RULES.get(octet(in) % RULES.size());
    List<Feature> features = new ArrayList<>();
    int count = 1 + octet(in) % MOST_FEATURES;
    for (int i = 0; i < count; i++) {
      features.add(new Feature("f" + i, ENCODINGS[octet(in) % ENCODINGS.length]));
    }
    FeatureSchema schema = new FeatureSchema(features);
    List<Row> rows = new ArrayList<>();
    while (in.hasRemaining() && rows.size() < MOST_ROWS) {
      rows.add(row(schema, in));
    }
    Model model;
    try {
      model =
          new ModelTrainer(
                  schema,
                  Detectors.byName(detector, SmallModels.parameters(detector)),
                  scaling,
                  rule)
              .fit(rows, 1);
    } catch (UnusableSampleException e) {
      return;
    }
    byte[] bytes = ModelCodec.encode(model);
    Model again = ModelCodec.decode(bytes);
    for (Row row : rows) {
      double raw = model.rawScore(row.numbers(), row.texts());
      double restored = again.rawScore(row.numbers(), row.texts());
      require(raw == restored, "a restored model must score %s, scored %s", raw, restored);
    }
    ModelTarget.scoresAnything(model);
  }

  private static Row row(FeatureSchema schema, ByteBuffer in) {
    double[] numbers = new double[schema.numbers().size()];
    @Nullable String[] texts = new String[schema.texts().size()];
    int number = 0;
    int text = 0;
    for (Feature feature : schema.features()) {
      if (feature.encoding().isText()) {
        texts[text++] = text(in);
      } else {
        numbers[number++] = in.remaining() < Double.BYTES ? octet(in) : in.getDouble();
      }
    }
    return new Row(numbers, texts);
  }

  private static @Nullable String text(ByteBuffer in) {
    int length = octet(in) % (MOST_TEXT + 1);
    if (length == MOST_TEXT) {
      return null;
    }
    byte[] bytes = new byte[Math.min(length, in.remaining())];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** 0 when there is no more. */
  private static int octet(ByteBuffer in) {
    return in.hasRemaining() ? in.get() & 0xff : 0;
  }
}
