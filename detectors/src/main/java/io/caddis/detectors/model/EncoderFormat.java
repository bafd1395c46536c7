// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.model;

import io.caddis.detectors.detector.Detectors;
import io.caddis.detectors.detector.PayloadReader;
import io.caddis.detectors.detector.PayloadWriter;
import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureEncoder;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.detectors.feature.Scaling;
import io.caddis.detectors.feature.TextEncoder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of {@link ModelCodec}'s format from {@code features} to {@code columns}. */
final class EncoderFormat {
  private EncoderFormat() {}

  static void write(FeatureEncoder encoder, PayloadWriter out) {
    double[] medians = encoder.medians();
    @Nullable TextEncoder[] texts = encoder.texts();
    List<Feature> features = encoder.schema().features();
    out.u16(features.size());
    int number = 0;
    int text = 0;
    for (Feature feature : features) {
      out.text(feature.name());
      out.u8(feature.encoding().ordinal());
      if (feature.encoding().isText()) {
        TextEncoder textEncoder = texts[text++];
        out.u8(textEncoder == null ? 0 : 1);
        if (textEncoder != null) {
          write(textEncoder, out);
        }
      } else {
        double median = medians[number++];
        out.u8(Double.isNaN(median) ? 0 : 1);
        if (!Double.isNaN(median)) {
          out.f64(median);
        }
      }
    }
    out.u8(encoder.scaling().ordinal());
    double[] centers = encoder.centers();
    double[] units = encoder.units();
    out.u16(centers.length);
    for (int column = 0; column < centers.length; column++) {
      out.f64(centers[column]);
      out.f64(units[column]);
    }
  }

  private static void write(TextEncoder encoder, PayloadWriter out) {
    List<String> categories = encoder.categories();
    double[] shares = encoder.shares();
    out.i32(categories.size());
    for (int i = 0; i < categories.size(); i++) {
      out.text(categories.get(i));
      if (shares.length > 0) {
        out.f64(shares[i]);
      }
    }
    if (encoder.encoding() == Encoding.CATEGORY) {
      out.f64(shares[categories.size()]);
    }
    out.f64(encoder.fallback());
  }

  static FeatureEncoder read(PayloadReader in) {
    int count = in.u16("features", 1, Detectors.MAX_DIMENSION);
    List<Feature> features = new ArrayList<>();
    List<Double> medians = new ArrayList<>();
    List<@Nullable TextEncoder> texts = new ArrayList<>();
    Encoding[] encodings = Encoding.values();
    for (int i = 0; i < count; i++) {
      String name = in.text("feature name");
      Encoding encoding = encodings[in.u8("encoding", 0, encodings.length - 1)];
      features.add(new Feature(name, encoding));
      boolean used = in.u8("used", 0, 1) == 1;
      if (encoding.isText()) {
        texts.add(used ? readText(encoding, in) : null);
      } else {
        medians.add(used ? in.finite("median") : Double.NaN);
      }
    }
    Scaling[] scalings = Scaling.values();
    Scaling scaling = scalings[in.u8("scaling", 0, scalings.length - 1)];
    int columns = in.u16("columns", 1, Detectors.MAX_DIMENSION);
    double[] centers = new double[columns];
    double[] units = new double[columns];
    for (int column = 0; column < columns; column++) {
      centers[column] = in.finite("center");
      units[column] = in.positive("unit");
    }
    return new FeatureEncoder(
        new FeatureSchema(features),
        medians.stream().mapToDouble(Double::doubleValue).toArray(),
        texts.toArray(TextEncoder[]::new),
        scaling,
        centers,
        units);
  }

  private static TextEncoder readText(Encoding encoding, PayloadReader in) {
    boolean category = encoding == Encoding.CATEGORY;
    boolean shared = category || encoding == Encoding.FREQUENCY;
    int size = in.count("categories", 0, TextEncoder.MAX_CATEGORIES, shared ? 10 : 2);
    List<String> categories = new ArrayList<>(size);
    double[] shares = new double[shared ? size + (category ? 1 : 0) : 0];
    for (int i = 0; i < size; i++) {
      categories.add(in.text("category"));
      if (shared) {
        shares[i] = in.finite("share");
      }
    }
    if (category) {
      shares[size] = in.finite("share of unseen categories");
    }
    return new TextEncoder(encoding, categories, shares, in.finite("fallback"));
  }
}
