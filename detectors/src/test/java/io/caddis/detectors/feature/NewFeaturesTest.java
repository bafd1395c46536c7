// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.feature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class NewFeaturesTest {
  private static final FeatureSchema SCHEMA =
      new FeatureSchema(
          List.of(new Feature("x", Encoding.NUMERIC), new Feature("mode", Encoding.LABEL)));

  /** Rows of which the first so many have the field. */
  private static List<Map<String, Double>> rows(int all, int with, String field) {
    List<Map<String, Double>> rows = new ArrayList<>();
    for (int i = 0; i < all; i++) {
      rows.add(i < with ? Map.of(field, 1.0) : null);
    }
    return rows;
  }

  @Test
  void aFieldIsAdoptedFromATenthOfTheRowsOn() {
    assertThat(NewFeatures.adopt(SCHEMA, rows(100, 9, "y"))).isEqualTo(SCHEMA);
    assertThat(NewFeatures.adopt(SCHEMA, rows(100, 10, "y")).features())
        .extracting(Feature::name)
        .containsExactly("x", "mode", "y");
  }

  @Test
  void namesThatAreTakenBlankOrNoUnicodeAreNotAdopted() {
    for (String name : new String[] {"x", "mode", " ", "a".repeat(257), "\ud800"}) {
      assertThat(NewFeatures.adopt(SCHEMA, rows(10, 10, name))).isEqualTo(SCHEMA);
    }
  }

  @Test
  void aReadingsFieldsAreBoundedByName() {
    Map<String, Double> many = new HashMap<>();
    for (int i = 0; i < 1_000; i++) {
      many.put("f%04d".formatted(i), 1.0);
    }
    assertThat(NewFeatures.bounded(many))
        .hasSize(NewFeatures.MAX_FIELDS)
        .containsKeys("f0000", "f0063");
    assertThat(NewFeatures.bounded(Map.of("a", 1.0))).containsOnlyKeys("a");
    assertThat(NewFeatures.bounded(null)).isNull();
  }

  @Test
  void aRowIsExtendedByNameAndTheRestIsUnused() {
    FeatureSchema adopted = NewFeatures.adopt(SCHEMA, rows(10, 10, "y"));
    double[] numbers = {5};
    assertThat(NewFeatures.numbers(SCHEMA, numbers, Map.of("y", 2.0))).isSameAs(numbers);
    assertThat(NewFeatures.numbers(adopted, numbers, Map.of("y", 2.0))).containsExactly(5, 2);
    assertThat(NewFeatures.numbers(adopted, numbers, null)).containsExactly(5, Double.NaN);
    assertThat(NewFeatures.unused(adopted, 1, Map.of("y", 2.0))).isNull();
    assertThat(NewFeatures.unused(SCHEMA, 1, Map.of("z", 1.0, "y", 2.0))).containsExactly("y", "z");
    assertThat(NewFeatures.unused(SCHEMA, 1, null)).isNull();
  }
}
