// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordLayoutTest {
  private static final RecordLayout.Column X = new RecordLayout.Column("x", Encoding.NUMERIC);
  private static final RecordLayout.Column TYPE = new RecordLayout.Column("type", Encoding.LABEL);

  @Test
  void itsFieldsAreASchemaAndBack() {
    FeatureSchema schema =
        new FeatureSchema(
            List.of(new Feature("x", Encoding.NUMERIC), new Feature("type", Encoding.LABEL)));
    assertThat(RecordLayout.of("ts", "key", schema).fields()).isEqualTo(schema);
  }

  @Test
  void aFieldHasOneRole() {
    assertThatThrownBy(() -> layout("ts", "ts", null, List.of(X)))
        .hasMessage("keyField must differ from timeField, was ts");
    assertThatThrownBy(() -> layout("x", "key", null, List.of(X)))
        .hasMessage("field 'x' is declared twice");
    assertThatThrownBy(() -> layout("ts", "key", null, List.of(X, X)))
        .hasMessage("field 'x' is declared twice");
    assertThatThrownBy(() -> layout("ts", "key", null, List.of()))
        .hasMessageContaining("columns must have at least one entry");
  }

  @Test
  void theGroupFieldIsATextColumn() {
    assertThat(layout("ts", "key", "type", List.of(X, TYPE)).groupField()).isEqualTo("type");
    assertThatThrownBy(() -> layout("ts", "key", "x", List.of(X, TYPE)))
        .hasMessage("groupField must be one of the text columns, was 'x'");
  }

  @Test
  void rangesAreNotEmpty() {
    assertThatThrownBy(() -> new RecordLayout.Column("x", Encoding.NUMERIC, 2, 1))
        .hasMessage("min of column 'x' must be at most its max, was 2.0 > 1.0");
    assertThatThrownBy(() -> new RecordLayout("ts", null, null, null, List.of(X), 5, 5))
        .hasMessage("minTimestamp must be below maxTimestamp, was 5 >= 5");
  }

  private static RecordLayout layout(
      String time, String key, String group, List<RecordLayout.Column> columns) {
    return new RecordLayout(time, key, null, group, columns, 0, 1);
  }
}
