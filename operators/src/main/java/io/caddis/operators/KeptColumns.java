// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.operators;

import io.caddis.detectors.feature.Feature;
import io.caddis.detectors.feature.FeatureSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;

/**
 * The columns that a job's state was made with. What models and sensors have learned goes by the
 * place of a column: resumed with others, or in another order, they would take one for the other
 * and nobody would be told. That happens without anything changed in the specification, where it
 * leaves the columns to the files that lie in the directory.
 */
final class KeptColumns {
  private static final ListStateDescriptor<String> COLUMNS =
      new ListStateDescriptor<>("columns", Types.STRING);

  private static final int LISTED = 40;

  private KeptColumns() {}

  /**
   * Keeps the columns in the operator's state.
   *
   * @param subtask the first keeps them for all
   * @throws IllegalStateException with a remedy, when the state was made with others
   */
  static void keep(FunctionInitializationContext context, FeatureSchema schema, int subtask)
      throws Exception {
    List<String> present = schema.features().stream().map(KeptColumns::text).toList();
    ListState<String> kept = context.getOperatorStateStore().getUnionListState(COLUMNS);
    List<String> before = new ArrayList<>();
    kept.get().forEach(before::add);
    // Earlier states have none.
    if (!before.isEmpty() && !before.equals(present)) {
      throw new IllegalStateException(different(before, present));
    }
    kept.update(subtask == 0 ? present : List.of());
  }

  private static String text(Feature feature) {
    return "%s (%s)".formatted(feature.name(), feature.encoding().name().toLowerCase(Locale.ROOT));
  }

  private static String different(List<String> before, List<String> present) {
    int at = 0;
    while (at < before.size() && at < present.size() && before.get(at).equals(present.get(at))) {
      at++;
    }
    return "columns must be those that the state was made with: number %d was %s, is %s. They were %s. Declare them in this order as features (derived and calendar ones as they were), or start without this state"
        .formatted(at + 1, at(before, at), at(present, at), listed(before));
  }

  private static String at(List<String> columns, int place) {
    return place < columns.size() ? columns.get(place) : "none";
  }

  private static String listed(List<String> columns) {
    String listed = String.join(", ", columns.subList(0, Math.min(LISTED, columns.size())));
    return columns.size() > LISTED
        ? "%s and %d more".formatted(listed, columns.size() - LISTED)
        : listed;
  }
}
