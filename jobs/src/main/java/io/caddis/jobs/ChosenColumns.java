// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.parse.SchemaInference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The columns that {@code --features} names, of those that were found. */
final class ChosenColumns {
  private ChosenColumns() {}

  /**
   * The columns asked for, or all that were found but labels when none is.
   *
   * @param features each a column, or a column, a colon and an encoding
   */
  static List<RecordLayout.Column> of(List<String> features, RecordLayout found) {
    if (features.isEmpty()) {
      return SchemaInference.features(found);
    }
    List<RecordLayout.Column> chosen = new ArrayList<>();
    for (String feature : features) {
      int colon = feature.lastIndexOf(':');
      String column = colon < 0 ? feature : feature.substring(0, colon);
      RecordLayout.Column known =
          found.columns().stream()
              .filter(c -> c.name().equals(column))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "--features must name columns of the file, was '%s', it has %s"
                              .formatted(
                                  column,
                                  found.columns().stream()
                                      .map(RecordLayout.Column::name)
                                      .toList())));
      chosen.add(
          colon < 0
              ? known
              : new RecordLayout.Column(column, encoding(feature.substring(colon + 1))));
    }
    return chosen;
  }

  private static Encoding encoding(String name) {
    for (Encoding encoding : Encoding.values()) {
      if (encoding.name().equalsIgnoreCase(name)) {
        return encoding;
      }
    }
    throw new IllegalArgumentException(
        "encoding must be one of %s, was '%s'"
            .formatted(Arrays.toString(Encoding.values()).toLowerCase(Locale.ROOT), name));
  }
}
