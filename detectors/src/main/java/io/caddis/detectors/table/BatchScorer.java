// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.event.RejectionReason;
import io.caddis.detectors.model.Model;
import io.caddis.detectors.model.Row;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.LineDecoder;
import io.caddis.detectors.parse.LineFormat;
import io.caddis.detectors.stream.SensorScorer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Scores batches of a table's lines, each by itself, unless the model learns by sensor: then they
 * must come one after the other, in their order.
 *
 * @param names of the columns added
 * @param format of the table
 * @param source name of the table
 * @param header its header line; empty in JSON
 * @param columns how many it has; 1 in JSON
 * @param sensors scores in place of the models, null when they score each row by itself
 * @param idle decoders that are ready for the next batch; thread-safe
 */
record BatchScorer(
    TableLayout layout,
    TableModels models,
    List<String> names,
    LineFormat format,
    String source,
    byte[] header,
    int columns,
    @Nullable SensorScorer sensors,
    Queue<LineDecoder> idle) {
  /** A batch's lines with their scores, and their count. */
  record Scored(ScoredLines lines, TableScorer.Progress progress) {}

  /** What is written for a line. */
  private enum Form {
    NOTHING,
    SCORED,
    UNSCORED,
    UNPARSED
  }

  Scored score(LineBatch batch) {
    LineDecoder decoder = idle.poll();
    if (decoder == null) {
      decoder = layout.decoder(format, source);
      if (format == LineFormat.CSV) {
        decoder.decode(header, 0, header.length, 0, 1);
      }
    }
    byte[] bytes = batch.bytes();
    Form[] forms = new Form[batch.count()];
    List<Row> rows = new ArrayList<>(forms.length);
    List<Model> own = new ArrayList<>(forms.length);
    List<SensorScorer.Scored> learned = new ArrayList<>();
    long faulty = 0;
    Rejection firstFault = null;
    for (int i = 0; i < forms.length; i++) {
      int from = batch.start(i);
      int to = batch.end(i);
      Parsed parsed =
          batch.cut(i)
              ? null
              : decoder.decode(bytes, from, to - from, batch.position(i), batch.line(i));
      if (parsed == null && !batch.cut(i)) {
        forms[i] = Form.NOTHING;
        continue;
      }
      Rejection fault = parsed == null ? tooLong(batch, i) : parsed.rejection();
      firstFault = firstFault == null ? fault : firstFault;
      Reading reading = parsed == null ? null : parsed.reading();
      boolean row = reading != null || isRow(fault);
      if (row && format == LineFormat.JSON) {
        refuseTaken(bytes, from, to, batch.line(i));
      }
      if (reading != null && layout.hasValue(reading)) {
        forms[i] = Form.SCORED;
        if (sensors == null) {
          rows.add(new Row(layout.numbers(reading), layout.texts(reading)));
        } else {
          learned.add(layout.scored(sensors, reading, layout.time(reading)));
        }
        own.add(models.of(layout.sensor(reading)));
        faulty += fault == null ? 0 : 1;
      } else {
        forms[i] = row ? Form.UNSCORED : Form.UNPARSED;
      }
    }
    idle.add(decoder);
    double[] raws =
        sensors == null
            ? models.rawScores(rows, own)
            : learned.stream().mapToDouble(SensorScorer.Scored::raw).toArray();
    double[] scores = new double[raws.length];
    for (int i = 0; i < raws.length; i++) {
      scores[i] = sensors == null ? own.get(i).score(raws[i]) : learned.get(i).score();
    }
    return written(batch, forms, raws, scores, own, faulty, firstFault);
  }

  private Scored written(
      LineBatch batch,
      Form[] forms,
      double[] raws,
      double[] scores,
      List<Model> own,
      long faulty,
      @Nullable Rejection firstFault) {
    ScoredLines out = new ScoredLines(format, names, batch);
    byte[] bytes = batch.bytes();
    int next = 0;
    long anomalies = 0;
    long unscored = 0;
    for (int i = 0; i < forms.length; i++) {
      int from = batch.start(i);
      int to = batch.end(i);
      switch (forms[i]) {
        case NOTHING -> {}
        case SCORED -> {
          boolean anomaly = models.isAnomaly(own.get(next), scores[next]);
          anomalies += anomaly ? 1 : 0;
          out.scored(bytes, from, to, raws[next], scores[next], anomaly);
          next++;
        }
        case UNSCORED -> {
          unscored++;
          out.unscored(bytes, from, to);
        }
        case UNPARSED -> {
          unscored++;
          out.unparsed(bytes, from, to, columns);
        }
      }
    }
    return new Scored(
        out,
        new TableScorer.Progress(
            batch.size(), next + unscored, anomalies, unscored, faulty, firstFault));
  }

  /** Whether a rejected line still has the form of a row, so that values can be added to it. */
  private static boolean isRow(@Nullable Rejection fault) {
    return fault != null
        && (fault.reason() == RejectionReason.NO_USABLE_VALUE
            || fault.reason() == RejectionReason.REPEATED_HEADER);
  }

  private Rejection tooLong(LineBatch batch, int index) {
    return new Rejection(
        RejectionReason.LINE_TOO_LONG,
        "a line must have at most " + Limits.DEFAULT.lineBytes() + " bytes, was longer",
        source,
        batch.position(index),
        batch.line(index),
        batch.end(index) - batch.start(index),
        new byte[0],
        null,
        false);
  }

  /** A JSON object must not have a field twice; looked for in the text, which costs least. */
  private void refuseTaken(byte[] bytes, int from, int to, long line) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == '"') {
        for (String name : names) {
          if (isField(bytes, i + 1, to, name)) {
            throw TableScorer.taken(name, source + ":" + line);
          }
        }
      }
    }
  }

  private static boolean isField(byte[] bytes, int from, int to, String name) {
    int end = from + name.length();
    if (end + 1 >= to || bytes[end] != '"') {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (bytes[from + i] != name.charAt(i)) {
        return false;
      }
    }
    int next = end + 1;
    while (next < to && (bytes[next] == ' ' || bytes[next] == '\t')) {
      next++;
    }
    return next < to && bytes[next] == ':';
  }
}
