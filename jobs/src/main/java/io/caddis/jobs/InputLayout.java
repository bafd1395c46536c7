// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.parse.SchemaInference;
import io.caddis.detectors.simulate.SensorSimulator;
import io.caddis.jobs.spec.PipelineSpec;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which field of the input is what: as the specification says, and where it does not, as found. */
final class InputLayout {
  private static final String TIME = "timestamp";
  private static final String KEY = "key";

  private InputLayout() {}

  /**
   * @throws IllegalArgumentException with a remedy, when the input does not say what the
   *     specification leaves open
   * @throws IOException when the input cannot be looked at
   */
  static RecordLayout of(PipelineSpec spec) throws IOException {
    PipelineSpec.Fields fields = spec.fields();
    List<RecordLayout.Column> declared = spec.features().stream().map(InputLayout::column).toList();
    return switch (spec.source().type()) {
      case SIMULATOR -> SensorSimulator.layout();
      case SOCKET -> {
        if (declared.isEmpty()) {
          throw new IllegalArgumentException(
              "features must be given for a socket source: what it will send cannot be looked at");
        }
        yield layout(
            fields,
            fields.time() == null ? TIME : fields.time(),
            fields.key() == null && fields.defaultKey() == null ? KEY : fields.key(),
            declared);
      }
      case FILES -> {
        RecordLayout found =
            SchemaInference.infer(
                InputFiles.below(DetectionJob.path(spec)),
                new SchemaInference.Options(
                    fields.time(),
                    fields.key(),
                    SchemaInference.Options.DEFAULT.maxBytes(),
                    spec.limits()));
        yield layout(
            fields,
            found.timeField(),
            found.keyField(),
            declared.isEmpty() ? found.columns() : declared);
      }
    };
  }

  private static RecordLayout layout(
      PipelineSpec.Fields fields,
      String time,
      @Nullable String key,
      List<RecordLayout.Column> columns) {
    return new RecordLayout(
        time,
        key,
        fields.defaultKey(),
        fields.group(),
        columns.stream().map(column -> grouping(column, fields.group())).toList(),
        RecordLayout.MIN_TIMESTAMP,
        RecordLayout.MAX_TIMESTAMP);
  }

  /** A group is named by text, also when all its names look like numbers. */
  private static RecordLayout.Column grouping(RecordLayout.Column column, @Nullable String group) {
    return column.name().equals(group) && !column.encoding().isText()
        ? new RecordLayout.Column(column.name(), Encoding.FREQUENCY)
        : column;
  }

  private static RecordLayout.Column column(PipelineSpec.FeatureSpec feature) {
    Double min = feature.min();
    Double max = feature.max();
    return new RecordLayout.Column(
        feature.name(),
        feature.encoding(),
        min == null ? Double.NEGATIVE_INFINITY : min,
        max == null ? Double.POSITIVE_INFINITY : max);
  }
}
