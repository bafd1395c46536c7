// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs;

import io.caddis.detectors.feature.Encoding;
import io.caddis.detectors.parse.RecordLayout;
import io.caddis.detectors.parse.SchemaInference;
import io.caddis.detectors.simulate.SensorSimulator;
import io.caddis.jobs.spec.MqttSpec;
import io.caddis.jobs.spec.PipelineSpec;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which field of the input is what: as the specification says, and where it does not, as found. */
final class InputLayout {
  private static final String TIME = "timestamp";
  private static final String KEY = "key";
  private static final int LISTED_COLUMNS = 40;

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
      case SOCKET, KAFKA, MQTT -> {
        if (declared.isEmpty()) {
          throw new IllegalArgumentException(
              "features must be given for a "
                  + spec.source().type().name().toLowerCase(Locale.ROOT)
                  + " source: what it will send cannot be looked at");
        }
        yield layout(
            fields,
            fields.time() == null ? TIME : fields.time(),
            fields.key() == null && fields.defaultKey() == null && !namedByTopic(spec.source())
                ? KEY
                : fields.key(),
            declared);
      }
      case FILES -> {
        List<SchemaInference.Input> files = InputFiles.below(DetectionJob.path(spec));
        String time = fields.time();
        boolean keyed = fields.key() != null || fields.defaultKey() != null;
        if (files.isEmpty()) {
          if (declared.isEmpty() || time == null || !keyed) {
            throw new IllegalArgumentException(
                "features, fields.time and fields.key must be given while the input directory is"
                    + " empty: there is no file to find them in");
          }
          yield layout(fields, time, fields.key(), declared);
        }
        RecordLayout found =
            SchemaInference.infer(
                files,
                new SchemaInference.Options(
                    fields.time(),
                    fields.key(),
                    SchemaInference.Options.DEFAULT.maxBytes(),
                    spec.limits()));
        if (!declared.isEmpty()
            && names(declared).noneMatch(names(found.columns()).toList()::contains)) {
          throw new IllegalArgumentException(
              "features must name columns of the input, was "
                  + names(declared).toList()
                  + ", found only "
                  + listed(found.columns()));
        }
        yield layout(
            fields,
            found.timeField(),
            found.keyField(),
            declared.isEmpty() ? SchemaInference.features(found) : declared);
      }
    };
  }

  private static boolean namedByTopic(PipelineSpec.Source source) {
    return source.type() == PipelineSpec.SourceType.MQTT
        && source.mqtt().key() == MqttSpec.SensorName.TOPIC;
  }

  private static RecordLayout layout(
      PipelineSpec.Fields fields,
      @Nullable String time,
      @Nullable String key,
      List<RecordLayout.Column> columns) {
    String group = fields.group();
    if (group != null && names(columns).noneMatch(group::equals)) {
      throw new IllegalArgumentException(
          "the group field '"
              + group
              + "' must be one of the columns read, "
              + listed(columns)
              + "; name another with --group COL, or add it to features");
    }
    return new RecordLayout(
        time,
        key,
        fields.defaultKey(),
        fields.group(),
        columns.stream().map(column -> grouping(column, fields.group())).toList(),
        RecordLayout.MIN_TIMESTAMP,
        RecordLayout.MAX_TIMESTAMP);
  }

  private static Stream<String> names(List<RecordLayout.Column> columns) {
    return columns.stream().map(RecordLayout.Column::name);
  }

  private static List<String> listed(List<RecordLayout.Column> columns) {
    return names(columns).limit(LISTED_COLUMNS).toList();
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
