// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.table;

import io.caddis.detectors.event.Parsed;
import io.caddis.detectors.event.Reading;
import io.caddis.detectors.event.Rejection;
import io.caddis.detectors.parse.Limits;
import io.caddis.detectors.parse.LineDecoder;
import io.caddis.detectors.parse.LineFormat;
import io.caddis.detectors.parse.LineReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What was read of a table for a training.
 *
 * @param rejected lines that were no row, or had no value
 * @param faulty rows with a cell that could not be used
 * @param firstFault what was wrong first, null when nothing was
 */
record TableRows(long rejected, long faulty, @Nullable Rejection firstFault) {
  /**
   * Reads a table to its end.
   *
   * @param learner gets each row that has a value, and the number of its line
   */
  static TableRows read(
      InputStream in, String source, TableLayout layout, ObjLongConsumer<Reading> learner)
      throws IOException {
    LineReader lines = new LineReader(in, Limits.DEFAULT);
    LineDecoder decoder = null;
    long rejected = 0;
    long faulty = 0;
    Rejection first = null;
    while (lines.next()) {
      if (decoder == null) {
        LineFormat format = LineFormat.of(source, lines);
        if (format == null) {
          continue;
        }
        decoder = layout.decoder(format, source);
      }
      if (lines.tooLong()) {
        rejected++;
        continue;
      }
      Parsed parsed =
          decoder.decode(
              lines.bytes(), lines.offset(), lines.length(), lines.position(), lines.line());
      if (parsed == null) {
        continue;
      }
      first = first == null ? parsed.rejection() : first;
      Reading reading = parsed.reading();
      if (reading == null || !layout.hasValue(reading)) {
        rejected++;
        continue;
      }
      faulty += parsed.rejection() == null ? 0 : 1;
      learner.accept(reading, lines.line());
    }
    return new TableRows(rejected, faulty, first);
  }
}
