// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.drift;

import io.caddis.detectors.feature.FeatureSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the numeric features of a sample are distributed: the reference that later samples are
 * compared with. At most {@value #MAX_FEATURES} features; those after take no part.
 *
 * <p>A plain record, so that keyed state can hold it; its layout is a format.
 *
 * @param columns one a numeric feature, in schema order
 */
public record SampleProfile(ColumnProfile[] columns) {
  public static final int MAX_FEATURES = 64;

  /** Values of a feature in either sample below which it is not compared. */
  public static final int LEAST_VALUES = 20;

  /**
   * Profile of a sample.
   *
   * @param rows numeric features in schema order, NaN = missing
   */
  public static SampleProfile of(FeatureSchema schema, List<double[]> rows) {
    int features = Math.min(schema.numbers().size(), MAX_FEATURES);
    ColumnProfile[] columns = new ColumnProfile[features];
    for (int feature = 0; feature < features; feature++) {
      double[] values = new double[rows.size()];
      for (int row = 0; row < values.length; row++) {
        values[row] = rows.get(row)[feature];
      }
      columns[feature] = ColumnProfile.of(schema.numbers().get(feature).name(), values);
    }
    return new SampleProfile(columns);
  }

  /** How each feature has moved from this sample to a later one; features are matched by name. */
  public List<FeatureDrift> driftTo(SampleProfile current) {
    List<FeatureDrift> drifts = new ArrayList<>();
    for (ColumnProfile before : columns) {
      ColumnProfile now = current.column(before.feature());
      if (now != null && Math.min(before.count(), now.count()) >= LEAST_VALUES) {
        drifts.add(FeatureDrift.between(before, now));
      }
    }
    return drifts;
  }

  private @Nullable ColumnProfile column(String feature) {
    for (ColumnProfile column : columns) {
      if (column.feature().equals(feature)) {
        return column;
      }
    }
    return null;
  }
}
