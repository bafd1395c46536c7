// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.jobs.sink;

import io.caddis.detectors.event.Alert;
import io.caddis.detectors.event.DetectorChoice;
import io.caddis.detectors.event.FeatureVector;
import io.caddis.detectors.event.QualityIssue;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.ScoredVector;
import io.caddis.detectors.feature.FeatureSchema;
import io.caddis.operators.Acknowledgement;
import io.caddis.operators.ModelUpdate;
import io.caddis.operators.ScoreTiming;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.Map;
import org.apache.flink.api.common.serialization.Encoder;
import org.jspecify.annotations.Nullable;

/**
 * Encoder of records as JSON lines: one object a line, keys in a fixed order, UTF-8, no blank
 * lines.
 *
 * @param <T> what is encoded
 */
public final class JsonLines<T> implements Encoder<T> {
  private static final long serialVersionUID = 1;

  /** Writes the fields of one record. */
  @FunctionalInterface
  public interface Row<T> extends Serializable {
    void write(JsonLine line, T element);
  }

  private final Row<T> row;
  private transient @Nullable JsonLine line;

  private JsonLines(Row<T> row) {
    this.row = row;
  }

  public static <T> JsonLines<T> of(Row<T> row) {
    return new JsonLines<>(row);
  }

  public static JsonLines<ScoredVector> scores() {
    return of(ScoreRow::write);
  }

  /**
   * @param configVersion version of the specification the alerts come from, part of their lineage
   */
  public static JsonLines<Alert> alerts(String configVersion) {
    return of((line, alert) -> AlertRow.write(line, alert, configVersion));
  }

  /**
   * @param schema names the features
   * @param parameters of the detector
   * @param configVersion version of the specification
   */
  public static JsonLines<Alert> archive(
      FeatureSchema schema, Map<String, Object> parameters, String configVersion) {
    return of(new ArchiveRow(schema, parameters, configVersion));
  }

  public static JsonLines<ScoreTiming> timings() {
    return of(TimingRow::write);
  }

  public static JsonLines<Rejection> deadLetters() {
    return of(DeadLetterRow::write);
  }

  /**
   * @param schema names the values of the vectors
   */
  public static JsonLines<FeatureVector> vectors(FeatureSchema schema) {
    return of(new VectorRow(schema));
  }

  public static JsonLines<QualityIssue> quality() {
    return of(QualityRow::write);
  }

  /**
   * @param schema of the vectors
   */
  public static JsonLines<DetectorChoice> choices(FeatureSchema schema) {
    return of(new ChoiceRow(schema));
  }

  public static JsonLines<ModelUpdate> models() {
    return of(ModelRow::write);
  }

  /** What the rows of models say, without the models themselves. */
  public static JsonLines<ModelUpdate> modelDescriptions() {
    return of(ModelRow::describe);
  }

  public static JsonLines<Acknowledgement> acknowledgements() {
    return of(AcknowledgementRow::write);
  }

  @Override
  public void encode(T element, OutputStream stream) throws IOException {
    JsonLine current = line;
    if (current == null) {
      current = new JsonLine();
      line = current;
    }
    current.begin();
    row.write(current, element);
    current.end(stream);
  }
}
